// What is sent of the files that somebody has chosen, and how that is said to them.
import { isZip, NotSlimmed, readDirectory } from "./central_directory.js";
import { slim } from "./slim.js";
import { choose, judge } from "./wanted.js";

/** Nothing of this can be sent; the message is for the person. */
export class Unsendable extends Error {}

// An archive of more small files than this, none of them known, is none of people.
const MOST_SMALL = 1_000;
const ZIP_WITHIN = "There is a zip within this zip: unpack the outer one first.";
const NOTHING_KNOWN = "holds no list of people that Firsthand knows.";

/**
 * Of each file what is needed: a smaller zip, or the file itself. `most` is in bytes.
 *
 * Answers `files` ({name, blob}), their `size`, the `total` before, what they hold (see choose),
 * and whether any file was slimmed. Throws Unsendable.
 */
export async function prepare(files, most) {
  const parts = [];
  for (const file of files) parts.push(await preparedFile(file, most));
  const size = sum(parts, ({ blob }) => blob.size);
  if (size > most) throw new Unsendable(`At most ${megabytes(most)} MB can be sent at once.`);
  return {
    files: parts.map(({ name, blob }) => ({ name, blob })),
    size,
    total: sum(files, (file) => file.size),
    holds: new Set(parts.flatMap(({ holds }) => [...holds])),
    isSlimmed: parts.some(({ isSlimmed }) => isSlimmed),
  };
}

async function preparedFile(file, most) {
  const whole = { name: file.name, blob: file, holds: new Set(), isSlimmed: false };
  let problem = `is larger than the ${megabytes(most)} MB that can be sent at once.`;
  try {
    if (!(await isZip(file))) {
      if (file.size <= most) return whole;
      throw new NotSlimmed(problem);
    }
    const made = await slimmed(file);
    if (made.blob.size < file.size) return made;
  } catch (error) {
    // The browser's own words for a file that is gone, or that it must not read.
    if (error instanceof DOMException) {
      throw new Unsendable(`${isolated(file.name)} cannot be read any more. Choose it again.`);
    }
    if (!(error instanceof NotSlimmed)) throw error;
    ({ message: problem } = error);
  }
  // Whatever it is, the server reads it, or says better what is wrong with it.
  if (file.size <= most) return whole;
  throw new Unsendable(problem === ZIP_WITHIN ? problem : `${isolated(file.name)} ${problem}`);
}

async function slimmed(file) {
  let hasZip = false;
  let small = 0;
  const directory = await readDirectory(file, (path, size) => {
    hasZip ||= /\.zip$/i.test(path);
    const judged = judge(path, size);
    small += judged === "small";
    return judged === "needed" || (judged === "small" && small <= MOST_SMALL);
  });
  const { entries, holds } = choose(directory.entries);
  const isUnknown = holds.has("others");
  if (!entries.length || (isUnknown && small > MOST_SMALL)) {
    throw new NotSlimmed(hasZip ? ZIP_WITHIN : NOTHING_KNOWN);
  }
  const blob = await slim(file, { entries, at: directory.at });
  return { name: file.name, blob, holds, isSlimmed: true };
}

/** "4 of 5,120 MB: the lists of people and your posts, no pictures, no message texts". */
export function saidOf({ size, total, holds, isSlimmed }) {
  if (!isSlimmed) return `${megabytes(size)} MB: all of it`;
  const has = [
    ["lists", "the lists of people"],
    ["posts", "your posts"],
    ["likes", "your likes"],
    ["headers", "whom you wrote with and when"],
    ["messages", "messages"],
    ["others", "its small files"],
  ].filter(([what]) => holds.has(what));
  const lacks = ["no pictures", holds.has("headers") && "no message texts"];
  if (!holds.has("headers") && !holds.has("messages")) lacks.push("no messages");
  const words = has.map(([, said]) => said);
  const last = words.pop() ?? "what it says about itself";
  const said = words.length ? `${words.join(", ")} and ${last}` : last;
  const amount = `${megabytes(size)} of ${megabytes(total)} MB`;
  return [`${amount}: ${said}`, ...lacks.filter(Boolean)].join(", ");
}

/** "5,120", "4", "0.3": never nothing for something. */
export function megabytes(size) {
  const exact = size / 1e6;
  const shown = exact < 10 ? Math.max(Math.round(exact * 10) / 10, size ? 0.1 : 0) : Math.round(exact);
  return shown.toLocaleString("en");
}

/** The same files chosen again have the same mark; nothing can be read from it. */
export async function markOf(files, prepared) {
  const said = [
    files.map(({ name, size, lastModified }) => [name, size, lastModified]),
    prepared.files.map(({ blob }) => blob.size),
  ];
  const text = new TextEncoder().encode(JSON.stringify(said));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A name from right to left must not turn the sentence that it stands in. */
const isolated = (name) => `\u2068${name}\u2069`;

const sum = (items, of) => items.reduce((total, item) => total + of(item), 0);
