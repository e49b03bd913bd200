// What the queue keeps of a scan, as plain values: reading old and foreign records, merging, files.

/** The version of the records that are written. Older ones are understood, newer ones left alone. */
export const VERSION = 2;
export const KEPT_AFTER_SAFE_MS = 3 * 24 * 60 * 60_000;

const FORMAT = "firsthand-scans";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const STATES = ["refused", "waiting", "safe"];

/**
 * @typedef {object} Entry
 * @property {number} version of the record
 * @property {string} id the scan's, and the record's key
 * @property {number} order in which this phone took them
 * @property {string | null} owner account id; null: taken while nobody was signed in
 * @property {string} device
 * @property {object} scan as POST /api/v1/scans takes it; its code is forgotten once it is safe,
 *   for a foreign ticket code opens doors
 * @property {"waiting" | "safe" | "refused"} state safe only after the server's answer
 * @property {number | null} safeAt milliseconds since 1970 by this phone's clock
 * @property {string} problem why it was refused, or why its last change was
 * @property {string} name of the person met, as the server told it
 * @property {string | null} meeting
 * @property {string | null} contact
 * @property {{note: string, intents: string[], edited_sequence: number} | null} edit the last one
 * @property {boolean} editSent
 * @property {boolean} retracted what the person wants
 * @property {boolean} retractionSent
 */

/** @returns {Entry} */
export function makeEntry(scan, { owner = null, device = "" } = {}) {
  return {
    version: VERSION, id: scan.id, order: 0, owner, device, scan, ...BLANK,
  };
}

const BLANK = {
  state: "waiting", safeAt: null, problem: "", name: "", meeting: null, contact: null,
  edit: null, editSent: true, retracted: false, retractionSent: true,
};

// What each version's record lacks of the next one.
const UPGRADES = {
  1: (record) => ({ ...record, version: 2, id: record.scan?.id, owner: null, safeAt: null }),
};

/**
 * What stands in the store or a file, whoever wrote it.
 * @returns {{kind: "entry", entry: Entry} | {kind: "newer"} | {kind: "broken"}}
 */
export function readRecord(raw) {
  if (!raw || typeof raw !== "object") return { kind: "broken" };
  let record = raw;
  let version = raw.version ?? 1;
  if (Number.isSafeInteger(version) && version > VERSION) return { kind: "newer" };
  for (; UPGRADES[version]; version = record.version) record = UPGRADES[version](record);
  const entry = { ...BLANK, order: 0, owner: null, device: "", ...record };
  return version === VERSION && isWhole(entry) ? { kind: "entry", entry } : { kind: "broken" };
}

const isText = (value) => typeof value === "string";
const isFlag = (value) => typeof value === "boolean";

function isWhole({ id, order, owner, device, scan, state, edit, ...entry }) {
  return (
    isText(id) && UUID.test(id) && scan?.id === id && isText(scan.code) && isText(scan.scanned_at) &&
    Number.isFinite(order) && (owner === null || isText(owner)) && isText(device) &&
    STATES.includes(state) && isText(entry.problem) && isText(entry.name) && isEdit(edit) &&
    isFlag(entry.editSent) && isFlag(entry.retracted) && isFlag(entry.retractionSent)
  );
}

function isEdit(edit) {
  if (edit === null) return true;
  const { note, intents, edited_sequence: sequence } = edit ?? {};
  return isText(note) && Array.isArray(intents) && intents.every(isText) && Number.isSafeInteger(sequence);
}

export const inOrder = (a, b) => a.order - b.order || (a.id < b.id ? -1 : 1);
export const hasChanges = (entry) =>
  entry.state === "safe" && !(entry.editSent && entry.retractionSent);
export const isUnsent = (entry) => entry.state === "waiting" || hasChanges(entry);

/** Whether nothing of it is left to be done by anybody. */
export const isSettled = (entry) => entry.state === "safe" && !hasChanges(entry) && !entry.problem;

/** Whether it may go: safe for some days. What waits or was refused never goes by itself. */
export const mayGo = (entry, now) =>
  isSettled(entry) && entry.safeAt !== null && now - entry.safeAt > KEPT_AFTER_SAFE_MS;

/** The entry after the server's word on it; the same where the word is not understood. */
export function judged(entry, { outcome, meeting, contact, problem }, now) {
  if (outcome === "invalid") return { ...entry, state: "refused", problem: problem ?? "" };
  if (outcome !== "recorded" && outcome !== "duplicate") return entry;
  return {
    ...entry,
    scan: { ...entry.scan, code: "" },
    state: "safe",
    safeAt: now,
    problem: "",
    meeting: meeting ?? null,
    contact: contact ?? null,
  };
}

/**
 * Two records of one scan as one: never less safe than either, with the later edit.
 * @param {Entry} mine from the store: its place and its undo stand
 */
export function merged(mine, theirs) {
  const further = STATES.indexOf(theirs.state) > STATES.indexOf(mine.state) ? theirs : mine;
  const sequence = (entry) => entry.edit?.edited_sequence ?? -1;
  const newer = sequence(theirs) > sequence(mine) ? theirs : mine;
  const undone = mine.retractionSent && !theirs.retractionSent ? theirs : mine;
  return {
    ...further,
    order: mine.order,
    owner: mine.owner ?? theirs.owner,
    edit: newer.edit,
    editSent: newer.editSent,
    retracted: undone.retracted,
    retractionSent: undone.retractionSent,
  };
}

/** The box as a file: everything that is not settled, also what this version cannot read. */
export function boxFile(records, now = new Date()) {
  const open = records.filter((raw) => {
    const { kind, entry } = readRecord(raw);
    return kind !== "entry" || !isSettled(entry);
  });
  return JSON.stringify({ format: FORMAT, version: 1, saved_at: now.toISOString(), records: open }, null, 1);
}

/**
 * What a saved file holds.
 * @returns {{entries: Entry[], kept: object[], lost: number} | null} null: not a file of ours.
 *   kept: records of a newer version, left as they are; lost: how many could not be understood
 */
export function readBoxFile(text) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    return null;
  }
  if (file?.format !== FORMAT || !Array.isArray(file.records)) return null;
  const found = { entries: [], kept: [], lost: 0 };
  for (const raw of file.records) {
    const { kind, entry } = readRecord(raw);
    if (kind === "entry") found.entries.push(entry);
    else if (kind === "newer" && isText(raw.id)) found.kept.push(raw);
    else found.lost += 1;
  }
  return found;
}
