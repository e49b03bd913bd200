// A zip's list of contents, read from the end of the file by slices: nothing else of it is touched.
// Source: .ZIP File Format Specification 6.3.10, sections 4.3.7 to 4.3.16 and 4.5.3.

/** This zip cannot be slimmed here; the message says why. The server may still read it. */
export class NotSlimmed extends Error {}

// The same limits as the server's (ties/zip_files.py), which refuses what is beyond them.
const MOST_ENTRIES = 200_000;
const LONGEST_DIRECTORY = 32 * 2 ** 20;

export const LOCAL = { mark: 0x04034b50, length: 30 };
export const CENTRAL = { mark: 0x02014b50, length: 46 };
export const END = { mark: 0x06054b50, length: 22 };
export const END_64 = { mark: 0x06064b50, length: 56 };
export const LOCATOR_64 = { mark: 0x07064b50, length: 20 };
export const EXTRA_64 = 1;
export const FULL_16 = 0xffff;
export const FULL_32 = 0xffffffff;

const LONGEST_COMMENT = 0xffff;
const ENCRYPTED = 1;
const BROKEN = "is cut off or damaged: its list of contents cannot be read. Download it again.";
const STARTS = [0x04034b50, 0x06054b50, 0x08074b50];

/** Bytes [from, to) of the blob. Throws NotSlimmed where it has none such. */
export async function view(blob, from, to) {
  if (!(from >= 0 && from <= to && to <= blob.size)) throw new NotSlimmed(BROKEN);
  return new DataView(await blob.slice(from, to).arrayBuffer());
}

export async function isZip(blob) {
  return blob.size >= 4 && STARTS.includes((await view(blob, 0, 4)).getUint32(0, true));
}

/**
 * The entries that `keep(path, size)` wants, in the directory's order, and where the directory
 * starts. All are checked, so that no two share their data; only these stay in memory.
 *
 * An entry has its `path` (backslashes turned), its `name` in bytes, where its local header is
 * (`at`), its `packed` and inflated `size`, and the other fields as the directory has them.
 */
export async function readDirectory(blob, keep) {
  const end = await findEnd(blob);
  const directory = await view(blob, end.at, end.at + end.length);
  const kept = [];
  const [starts, ends] = [[], []];
  let next = 0;
  while (next < end.length) {
    const start = next;
    const entry = readEntry(directory, start, end.prefix);
    ({ next } = entry);
    starts.push(entry.at);
    // An entry's data lies behind its header of 30 bytes and its name.
    ends.push(entry.at + LOCAL.length + entry.name.length + entry.packed);
    if (starts.length > MOST_ENTRIES) throw new NotSlimmed("holds more files than an export can.");
    if (entry.path.endsWith("/") || !keep(entry.path, entry.size)) continue;
    const fields = readFields(directory, start);
    if (fields.flags & ENCRYPTED) throw new NotSlimmed("is encrypted. Import it without a password.");
    // A copy: the view would keep the whole directory in memory.
    kept.push({ ...entry, ...fields, name: entry.name.slice() });
  }
  checkOverlap(starts, ends, end.at);
  return { entries: kept, at: end.at };
}

async function findEnd(blob) {
  const from = Math.max(0, blob.size - END.length - LONGEST_COMMENT);
  const tail = await view(blob, from, blob.size);
  let at = tail.byteLength - END.length;
  while (at >= 0 && tail.getUint32(at, true) !== END.mark) at -= 1;
  if (at < 0 || at + END.length + tail.getUint16(at + 20, true) > tail.byteLength) {
    throw new NotSlimmed(BROKEN);
  }
  const end = {
    position: from + at,
    disks: [tail.getUint16(at + 4, true), tail.getUint16(at + 6, true)],
    count: tail.getUint16(at + 10, true),
    length: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
  };
  const found = (await end64(blob, end.position)) ?? end;
  if (found.disks.some((disk) => disk !== 0)) {
    throw new NotSlimmed("is one part of a zip in several. Import it as one file.");
  }
  if (found.count > MOST_ENTRIES || found.length > LONGEST_DIRECTORY) {
    throw new NotSlimmed("holds more files than an export can.");
  }
  // Something may stand before the zip's own start, and every offset counts from there.
  const prefix = found.position - found.length - found.offset;
  if (prefix < 0) throw new NotSlimmed(BROKEN);
  return { at: found.position - found.length, length: found.length, prefix };
}

async function end64(blob, position) {
  const from = position - LOCATOR_64.length - END_64.length;
  if (from < 0) return null;
  const both = await view(blob, from, position);
  if (both.getUint32(END_64.length, true) !== LOCATOR_64.mark) return null;
  if (both.getUint32(0, true) !== END_64.mark) throw new NotSlimmed(BROKEN);
  return {
    position: from,
    disks: [both.getUint32(16, true), both.getUint32(20, true)],
    count: whole(both, 32),
    length: whole(both, 40),
    offset: whole(both, 48),
  };
}

function readEntry(directory, at, prefix) {
  if (at + CENTRAL.length > directory.byteLength || directory.getUint32(at, true) !== CENTRAL.mark) {
    throw new NotSlimmed(BROKEN);
  }
  const short = (offset) => directory.getUint16(at + offset, true);
  const long = (offset) => directory.getUint32(at + offset, true);
  const nameAt = at + CENTRAL.length;
  const extraAt = nameAt + short(28);
  const next = extraAt + short(30) + short(32);
  if (next > directory.byteLength) throw new NotSlimmed(BROKEN);
  const name = new Uint8Array(directory.buffer, directory.byteOffset + nameAt, short(28));
  const fields = [long(24), long(20), long(42), short(34)];
  const [size, packed, offset, disk] = wide(directory, extraAt, extraAt + short(30), fields);
  if (disk !== 0) throw new NotSlimmed("is one part of a zip in several. Import it as one file.");
  return { name, path: pathOf(name), size, packed, at: offset + prefix, next };
}

/** What only those entries need that are kept. */
function readFields(directory, at) {
  const short = (offset) => directory.getUint16(at + offset, true);
  const long = (offset) => directory.getUint32(at + offset, true);
  return {
    ...{ madeBy: short(4), needs: short(6), flags: short(8), method: short(10) },
    ...{ moment: long(12), check: long(16), attributes: long(38) },
  };
}

// What the fields of wide() say when their value stands elsewhere.
const FULL = [FULL_32, FULL_32, FULL_32, FULL_16];

/** The values that were too large for their field stand in an extra field, in this order. */
function wide(directory, from, to, fields) {
  if (!fields.some((value, index) => value === FULL[index])) return fields;
  for (let at = from; at + 4 <= to; ) {
    const end = at + 4 + directory.getUint16(at + 2, true);
    if (end > to) break;
    if (directory.getUint16(at, true) === EXTRA_64) return widened(directory, at + 4, end, fields);
    at = end;
  }
  throw new NotSlimmed(BROKEN);
}

function widened(directory, from, end, fields) {
  let at = from;
  return fields.map((value, index) => {
    if (value !== FULL[index]) return value;
    const length = FULL[index] === FULL_16 ? 4 : 8;
    at += length;
    if (at > end) throw new NotSlimmed(BROKEN);
    return length === 4 ? directory.getUint32(at - 4, true) : whole(directory, at - 8);
  });
}

function whole(view, at) {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new NotSlimmed(BROKEN);
  return Number(value);
}

// Paths are compared in ASCII only, so that the old code page does not matter.
const decoder = new TextDecoder();
const pathOf = (name) => decoder.decode(name).replaceAll("\\", "/");

function checkOverlap(starts, ends, most) {
  const order = Uint32Array.from(starts, (_, index) => index);
  order.sort((one, other) => starts[one] - starts[other]);
  let before = 0;
  for (const index of order) {
    if (starts[index] < before) throw new NotSlimmed("is no honest zip: its entries overlap.");
    before = ends[index];
  }
  if (before > most) throw new NotSlimmed(BROKEN);
}
