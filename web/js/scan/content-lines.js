// Lines of vCard, as firsthand.badges.content_line_reading reads them.
const CHARSETS = new Set(
  "utf-8 us-ascii iso-8859-1 iso-8859-2 iso-8859-15 windows-1250 windows-1251 windows-1252 koi8-r shift_jis euc-jp gb2312 gbk gb18030 big5 euc-kr".split(" "),
);
const ENCODINGS = new Set(["QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"]);

/**
 * The lines that are `name:value`; values are decoded from quoted-printable and still escaped.
 * @param {string} text
 * @returns {{name: string, value: string, parameters: [string, string][]}[]} names in upper case
 */
export function contentLines(text) {
  const lines = text.replace(/(?:\r\n|\r|\n)[ \t]/g, "").split(/\r\n|\r|\n/);
  const found = [];
  for (let at = 0; at < lines.length; at += 1) {
    const [head, rest] = halves(lines[at]);
    if (rest === null) continue;
    let value = rest;
    const [name, ...parameters] = headOf(head);
    if (valueOf(parameters, "ENCODING") === "QUOTED-PRINTABLE") {
      // A soft break of 2.1: the next line goes on without a blank before it.
      while (value.endsWith("=")) value = value.slice(0, -1) + (lines[(at += 1)] ?? "");
      value = unquoted(value, valueOf(parameters, "CHARSET").toLowerCase());
    }
    found.push({ name: name.split(".").pop().toUpperCase(), value, parameters });
  }
  return found;
}

/** The first parameter of this name, or "". */
export function valueOf(parameters, name) {
  return parameters.find(([key]) => key === name)?.[1] ?? "";
}

/** A value in plain words; an escaped line break becomes one. */
export const unescaped = (value) => value.replace(/\\(.)/g, (_, mark) => (/n/i.test(mark) ? "\n" : mark));

/** The parts of a structured value, each unescaped and without blanks around it. */
export function components(value, separator = ";") {
  const parts = [""];
  for (const [mark] of value.matchAll(/\\[^]|[^]/g)) {
    if (mark === separator) parts.push("");
    else parts[parts.length - 1] += mark;
  }
  return parts.map((part) => unescaped(part).trim());
}

/** Before and after the first colon that stands in no quotes; the second is null without one. */
function halves(line) {
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === '"') quoted = !quoted;
    else if (line[at] === ":" && !quoted) return [line.slice(0, at), line.slice(at + 1)];
  }
  const at = line.indexOf(":");
  return at < 0 ? [line, null] : [line.slice(0, at), line.slice(at + 1)];
}

function headOf(head) {
  const [name, ...parts] = head.match(/(?:"[^"]*"|[^";]|")+/g) ?? [""];
  const parameters = parts.map((part) => {
    const at = part.indexOf("=");
    const key = (at < 0 ? part : part.slice(0, at)).trim().toUpperCase();
    if (at < 0) return [ENCODINGS.has(key) ? "ENCODING" : "TYPE", key];
    const value = part.slice(at + 1).trim().replaceAll('"', "");
    return [key, key === "ENCODING" ? value.toUpperCase() : value];
  });
  return [name.trim(), ...parameters];
}

function unquoted(value, charset) {
  const bytes = [];
  for (const [, hex, other] of value.matchAll(/=([0-9a-f]{2})|([^])/giu)) {
    if (hex) bytes.push(parseInt(hex, 16));
    else bytes.push(...new TextEncoder().encode(other));
  }
  const decoder = new TextDecoder(CHARSETS.has(charset) ? charset : "utf-8", { ignoreBOM: true });
  return decoder.decode(new Uint8Array(bytes));
}
