// A smaller zip out of slices of the larger one: nothing is inflated, and nothing copied. The
// browser reads the slices from the disk when they are sent.
import {
  CENTRAL,
  END,
  END_64,
  EXTRA_64,
  FULL_16,
  FULL_32,
  LOCAL,
  LOCATOR_64,
  NotSlimmed,
  view,
} from "./central_directory.js";

const AT_ONCE = 32;
// Sizes stand in our headers, not behind the data.
const DESCRIPTOR_FOLLOWS = 8;
const VERSION_64 = 45;

/** A zip of these entries (of readDirectory) as a Blob. Throws NotSlimmed. */
export async function slim(zip, { entries, at: directoryAt }) {
  const parts = [];
  const central = [];
  let length = 0;
  const add = (part) => {
    parts.push(part);
    length += part.size ?? part.byteLength;
  };
  for (let first = 0; first < entries.length; first += AT_ONCE) {
    const some = entries.slice(first, first + AT_ONCE);
    const data = await Promise.all(some.map((entry) => dataOf(zip, entry, directoryAt)));
    some.forEach((entry, index) => {
      central.push(centralHeader(entry, length));
      add(localHeader(entry));
      add(data[index]);
    });
  }
  const at = length;
  central.forEach(add);
  add(endOf(central.length, at, length - at));
  return new Blob(parts, { type: "application/zip" });
}

/** Its compressed bytes as they are. */
async function dataOf(zip, entry, directoryAt) {
  const headerLength = LOCAL.length + entry.name.length;
  const header = await view(zip, entry.at, entry.at + headerLength);
  const name = new Uint8Array(header.buffer, LOCAL.length);
  const isIt =
    header.getUint32(0, true) === LOCAL.mark &&
    header.getUint16(26, true) === entry.name.length &&
    name.every((byte, index) => byte === entry.name[index]);
  const from = entry.at + headerLength + header.getUint16(28, true);
  const to = from + entry.packed;
  if (!isIt || to > directoryAt) {
    throw new NotSlimmed("is damaged: its list of contents is wrong. Download it again.");
  }
  return zip.slice(from, to);
}

function localHeader(entry) {
  const extra = extraField([entry.size, entry.packed]);
  const header = record(LOCAL, entry.name, extra);
  // With ZIP64 both sizes of a local header stand in the extra field, whichever is large.
  shared(header, 4, entry, extra.length > 0);
  header.setUint16(26, entry.name.length, true);
  header.setUint16(28, extra.length, true);
  return header;
}

function centralHeader(entry, at) {
  const isWide = Math.max(entry.size, entry.packed) >= FULL_32;
  const extra = extraField(isWide ? [entry.size, entry.packed] : [], at >= FULL_32 ? [at] : []);
  const header = record(CENTRAL, entry.name, extra);
  header.setUint16(4, entry.madeBy, true);
  shared(header, 6, entry, isWide);
  header.setUint16(28, entry.name.length, true);
  header.setUint16(30, extra.length, true);
  header.setUint32(38, entry.attributes, true);
  header.setUint32(42, Math.min(at, FULL_32), true);
  return header;
}

/** What both kinds of header say in the same order. */
function shared(header, at, entry, isWide) {
  header.setUint16(at, isWide ? Math.max(entry.needs, VERSION_64) : entry.needs, true);
  header.setUint16(at + 2, entry.flags & ~DESCRIPTOR_FOLLOWS, true);
  header.setUint16(at + 4, entry.method, true);
  header.setUint32(at + 6, entry.moment, true);
  header.setUint32(at + 10, entry.check, true);
  header.setUint32(at + 14, isWide ? FULL_32 : entry.packed, true);
  header.setUint32(at + 18, isWide ? FULL_32 : entry.size, true);
}

function extraField(sizes, offset = []) {
  const values = [...(Math.max(0, ...sizes) >= FULL_32 ? sizes : []), ...offset];
  if (!values.length) return new Uint8Array();
  const field = new DataView(new ArrayBuffer(4 + 8 * values.length));
  field.setUint16(0, EXTRA_64, true);
  field.setUint16(2, 8 * values.length, true);
  values.forEach((value, index) => field.setBigUint64(4 + 8 * index, BigInt(value), true));
  return new Uint8Array(field.buffer);
}

function record({ mark, length }, name, extra) {
  const bytes = new Uint8Array(length + name.length + extra.length);
  bytes.set(name, length);
  bytes.set(extra, length + name.length);
  const made = new DataView(bytes.buffer);
  made.setUint32(0, mark, true);
  return made;
}

function endOf(count, at, length) {
  const isWide = count >= FULL_16 || at >= FULL_32 || length >= FULL_32;
  const wide = isWide ? END_64.length + LOCATOR_64.length : 0;
  const end = new DataView(new ArrayBuffer(wide + END.length));
  if (isWide) {
    end.setUint32(0, END_64.mark, true);
    end.setBigUint64(4, BigInt(END_64.length - 12), true);
    end.setUint16(12, VERSION_64, true);
    end.setUint16(14, VERSION_64, true);
    [24, 32].forEach((offset) => end.setBigUint64(offset, BigInt(count), true));
    end.setBigUint64(40, BigInt(length), true);
    end.setBigUint64(48, BigInt(at), true);
    end.setUint32(END_64.length, LOCATOR_64.mark, true);
    end.setBigUint64(END_64.length + 8, BigInt(at + length), true);
    end.setUint32(END_64.length + 16, 1, true);
  }
  end.setUint32(wide, END.mark, true);
  [8, 10].forEach((offset) => end.setUint16(wide + offset, Math.min(count, FULL_16), true));
  end.setUint32(wide + 12, Math.min(length, FULL_32), true);
  end.setUint32(wide + 16, Math.min(at, FULL_32), true);
  return end;
}
