// Zips made for tests, with everything that the format allows and exports have.
import * as zlib from "node:zlib";

/** Mulberry32: the same zips at each run. */
export function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const bytesOf = (text) => new TextEncoder().encode(text);
// Node has it since 20.15; nothing here reads it.
const checkOf = (content) => zlib.crc32?.(content) ?? 0;

/**
 * A zip of files {path, content, stored, follows, wide, encrypted, at}: `follows` puts the sizes
 * behind the data, `wide` into a ZIP64 field; `at` lies about where the file is.
 */
export function zipOf(files, { comment = "", before = "", wide = false, disk = 0, count } = {}) {
  const parts = [bytesOf(before)];
  let length = 0;
  const add = (part) => {
    parts.push(part);
    length += part.length;
  };
  const central = [];
  for (const file of files) {
    const content = bytesOf(file.content);
    const packed = file.stored ? content : zlib.deflateRawSync(content);
    const name = bytesOf(file.path);
    const at = file.at ?? length;
    const sizes = file.wide ? le([2, 1], [2, 16], [8, content.length], [8, packed.length]) : [];
    const flags = 0x800 | (file.follows ? 8 : 0) | (file.encrypted ? 1 : 0);
    const same = [[2, flags], [2, file.stored ? 0 : 8], [4, 0x58210000]];
    const check = checkOf(content);
    const said = file.wide ? [[4, 0xffffffff], [4, 0xffffffff]] : [[4, packed.length], [4, content.length]];
    const inLocal = file.follows ? [[4, 0], [4, 0], [4, 0]] : [[4, check], ...said];
    const extra = file.follows ? bytesOf("xx\x01\x00-") : sizes;
    add(le([4, 0x04034b50], [2, 45], ...same, ...inLocal, [2, name.length], [2, extra.length]));
    add(name);
    add(Uint8Array.from(extra));
    add(packed);
    if (file.follows) add(le([4, 0x08074b50], [4, check], [4, packed.length], [4, content.length]));
    central.push(
      le(
        ...[[4, 0x02014b50], [2, 0x0314], [2, 45], ...same, [4, check], ...said],
        ...[[2, name.length], [2, sizes.length], [2, 0], [2, disk], [2, 0], [4, 0o100644 << 16], [4, at]],
      ),
      name,
      Uint8Array.from(sizes),
    );
  }
  const directoryAt = length;
  central.forEach(add);
  const size = length - directoryAt;
  const total = count ?? files.length;
  if (wide) {
    const at = length;
    add(
      le(
        ...[[4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0]],
        ...[[8, total], [8, total], [8, size], [8, directoryAt]],
        ...[[4, 0x07064b50], [4, 0], [8, at], [4, 1]],
      ),
    );
  }
  const end = wide
    ? [[2, 0xffff], [2, 0xffff], [4, 0xffffffff], [4, 0xffffffff]]
    : [[2, total], [2, total], [4, size], [4, directoryAt]];
  add(le([4, 0x06054b50], [2, disk], [2, disk], ...end, [2, bytesOf(comment).length]));
  add(bytesOf(comment));
  return new Blob(parts);
}

/** Whole numbers as bytes, the lowest first: [length, value], ... */
function le(...fields) {
  return Uint8Array.from(
    fields.flatMap(([length, value]) =>
      Array.from({ length }, (_, index) => Math.floor(value / 256 ** index) % 256),
    ),
  );
}
