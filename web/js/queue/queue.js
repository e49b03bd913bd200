import { ask } from "./answers.js";
import { alone, openChannel, SYNC_TAG } from "./drain.js";
import { Draining } from "./draining.js";
import { boxFile, isUnsent, makeEntry, mayGo, merged, readBoxFile, readRecord } from "./entries.js";
import { Keeping } from "./keeping.js";
import { memoryStore } from "./store.js";

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

/** @typedef {import("./entries.js").Entry} Entry */

/**
 * A page's view of what this phone holds. Entries keep their identity while the page lives; every
 * change is told by a "change" event, whose detail is the entry where it was one.
 */
export class ScanQueue extends EventTarget {
  #known = new Map();
  #raw = [];
  #draining = null;
  #again = false;
  #added = [];
  #failures = 0;
  #timer = 0;
  #most = 0;
  #stopped = "";
  #isAnothers = false;

  /**
   * @param {string} device
   * @param {object} [options]
   * @param {string | null} [options.account] who is signed in on this page
   */
  constructor(device, { store, send = ask, later = setTimeout, account = null, channel = null } = {}) {
    super();
    this.device = device;
    this.account = account;
    this.store = new Keeping(store ?? memoryStore());
    this.send = send;
    this.later = (run, ms) => later(run, ms);
    this.channel = channel;
    channel?.addEventListener("message", () => this.refresh());
  }

  /** Takes up what the store has kept. */
  async open() {
    await this.#tidy();
    await this.refresh();
    this.drain();
  }

  /** Reads the store again: another tab may have changed it. */
  async refresh() {
    this.#raw = await this.store.all();
    const ids = new Set(this.#raw.map(({ id }) => id));
    for (const [id, entry] of this.#known) if (!ids.has(id) && !entry.isAdopted) this.#known.delete(id);
    for (const raw of this.#raw) this.#learn(raw);
    this.#changed();
  }

  /** @returns {Entry[]} the viewer's and nobody's, newest first */
  get entries() {
    return [...this.#known.values()].filter((entry) => this.#isShown(entry)).reverse();
  }

  /** @returns {Entry[]} those of which something has still to reach the server */
  get unsent() {
    return this.entries.filter(isUnsent);
  }

  /** @returns {Entry[]} taken while nobody was signed in, and asked of nobody yet */
  get unowned() {
    return this.entries.filter(({ owner }) => owner === null);
  }

  get refused() {
    return this.entries.filter(({ state, problem }) => state === "refused" || problem);
  }

  /** How many wait for another account to sign in on this phone. */
  get ofOthers() {
    return [...this.#known.values()].filter((entry) => !this.#isShown(entry) && isUnsent(entry)).length;
  }

  /** What this version cannot read: {broken, newer} records as they stand in the store. */
  get unreadable() {
    const kinds = { broken: [], newer: [] };
    for (const raw of this.#raw) kinds[readRecord(raw).kind]?.push(raw);
    return kinds;
  }

  /** Whether somebody has to sign in before anything more is sent. */
  get signedOut() {
    return this.account === null || this.#stopped === "signed-out" || this.#isAnothers;
  }

  /** How far a long queue has come, while it is being sent; null otherwise. */
  get progress() {
    const left = this.unsent.length;
    return this.#draining && left ? { sent: this.#most - left, total: this.#most } : null;
  }

  /** Keeps a scan and starts sending it. Resolves once it is kept. */
  async add(scan) {
    const fresh = makeEntry(scan, { owner: this.account, device: this.device });
    const [kept] = await this.store.add([fresh]);
    const entry = this.#learn(kept);
    // Whoever waits to see that it is kept comes first.
    this.#added.push(entry);
    if (this.#added.length === 1) setTimeout(() => this.#sendAdded());
    return entry;
  }

  #sendAdded() {
    for (const entry of this.#added.splice(0)) this.#tell(entry);
    askForSync();
    askToLast();
    this.drain();
  }

  /** A scan that the server has already, from its plain form: only later changes are sent. */
  adopt(id) {
    const scan = { id, code: "", scanned_at: new Date().toISOString() };
    const entry = makeEntry(scan, { owner: this.account, device: this.device });
    Object.assign(entry, { state: "safe", safeAt: Date.now() });
    // No part of the record: until it is changed there is nothing to keep.
    Object.defineProperty(entry, "isAdopted", { value: true });
    this.#known.set(id, entry);
    return entry;
  }

  /** Replaces intents and note of a scan; the last edit wins. */
  edit(entry, edit) {
    return this.#change(entry, { edit, editSent: false, problem: withoutChange(entry) });
  }

  /** Undoes a scan (true), or takes the undo back (false). */
  retract(entry, retracted) {
    return this.#change(entry, { retracted, retractionSent: false, problem: withoutChange(entry) });
  }

  /** Remembers who it was. */
  name(entry, name) {
    return this.#change(entry, { name });
  }

  /** Sends a refused scan, or the refused change of a safe one, once more. */
  sendAgain(entry) {
    const again = entry.state === "refused" ? { state: "waiting" } : { editSent: entry.edit === null };
    return this.#change(entry, { ...again, problem: "" });
  }

  /**
   * A refused scan with its code corrected. A scan is one reading and never changes: this is
   * another one, with a name of its own, at the same time and in the same place in the box.
   */
  async mend(entry, code) {
    const id = crypto.randomUUID();
    const [kept] = await this.store.change([entry.id], (raw) => {
      const now = readRecord(raw).entry;
      if (now?.state !== "refused") return null;
      return { ...now, id, scan: { ...now.scan, id, code }, state: "waiting", problem: "" };
    });
    await this.refresh();
    this.#announce();
    this.drain();
    return kept ? this.#known.get(id) : null;
  }

  /** Only a person takes something out of the box that is not safe. */
  async remove(ids) {
    await this.store.remove(ids);
    await this.refresh();
    this.#announce();
  }

  /** The viewer has said that what was scanned signed out is theirs. */
  async own() {
    const ids = this.unowned.map(({ id }) => id);
    const { account } = this;
    await this.store.change(ids, (raw) => {
      const { entry } = readRecord(raw);
      return entry?.owner === null ? { ...entry, owner: account } : null;
    });
    await this.refresh();
    this.#announce();
    this.drain();
  }

  /** The viewer's box as the text of a file. */
  async file(only = null) {
    const isMine = ({ kind, entry }) => kind !== "entry" || this.#isShown(entry);
    const wanted = (raw) => (only ? only.includes(raw.id) : isMine(readRecord(raw)));
    return boxFile((await this.store.all()).filter(wanted));
  }

  /**
   * Puts a saved box back. Reading it twice doubles nothing.
   * @returns {Promise<{read: number, lost: number} | null>} null: not a file of ours
   */
  async readFile(text) {
    const found = readBoxFile(text);
    if (!found) return null;
    const unique = new Map(found.entries.map((entry) => [entry.id, entry]));
    const here = new Set((await this.store.all()).map(({ id }) => id));
    const fresh = [...unique.values()].filter(({ id }) => !here.has(id));
    const newer = found.kept.filter(({ id }) => !here.has(id));
    await this.store.change(
      [...unique.keys()].filter((id) => here.has(id)),
      (raw) => {
        const { kind, entry } = readRecord(raw);
        return kind === "entry" ? merged(entry, unique.get(entry.id)) : null;
      },
    );
    await this.store.add([...fresh, ...newer]);
    await this.refresh();
    this.#announce();
    this.drain();
    return { read: unique.size + found.kept.length, lost: found.lost };
  }

  /** Sends what there is to send. Harmless to call at any time. */
  async drain() {
    if (this.#draining) {
      this.#again = true;
      return this.#draining;
    }
    clearTimeout(this.#timer);
    this.#draining = this.#drainAll();
    await this.#draining;
    this.#draining = null;
    if (this.#stopped === "unreachable") {
      this.#failures += 1;
      this.#timer = this.later(() => this.drain(), waitAfter(this.#failures));
    } else {
      this.#failures = 0;
    }
    this.#changed();
  }

  async #drainAll() {
    do {
      this.#again = false;
      await this.store.settle();
      // Nothing to send: not worth a lock, nor a request.
      if (![...this.#known.values()].some((entry) => entry.owner && isUnsent(entry))) {
        this.#stopped = this.#stopped === "signed-out" ? this.#stopped : "";
        return;
      }
      const draining = new Draining(this.store, this.send, (records) => this.#sent(records));
      this.#stopped = await alone(() => draining.run());
      this.#isAnothers = draining.others.has(this.account);
    } while (this.#again && this.#stopped !== "unreachable");
  }

  #sent(records) {
    for (const record of records) this.#tell(this.#learn(record));
  }

  async #change(entry, change) {
    Object.assign(entry, change);
    const [changed] = await this.store.change([entry.id], (raw) => {
      const { kind, entry: now } = readRecord(raw);
      return kind === "entry" ? { ...now, ...change } : null;
    });
    if (!changed) await this.store.add([{ ...entry }]);
    this.#tell(entry);
    this.drain();
  }

  #learn(raw) {
    const read = readRecord(raw);
    if (read.kind !== "entry") return null;
    const known = this.#known.get(raw.id);
    if (!known) this.#known.set(raw.id, read.entry);
    return known ? Object.assign(known, read.entry) : read.entry;
  }

  #isShown({ owner }) {
    return owner === null || owner === this.account;
  }

  async #tidy() {
    const now = Date.now();
    const records = (await this.store.all()).map(readRecord);
    const gone = records.filter(({ kind, entry }) => kind === "entry" && mayGo(entry, now));
    if (gone.length) await this.store.remove(gone.map(({ entry }) => entry.id));
  }

  #tell(entry) {
    this.#announce();
    this.#changed(entry);
  }

  #announce() {
    this.channel?.postMessage("changed");
  }

  #changed(entry = null) {
    const left = this.unsent.length;
    this.#most = left ? Math.max(this.#most, left) : 0;
    this.dispatchEvent(new CustomEvent("change", { detail: entry }));
  }
}

/** A change takes the reason why the last one was refused away, not why the scan itself was. */
const withoutChange = (entry) => (entry.state === "refused" ? entry.problem : "");

/** Milliseconds to wait after so many failures: doubling, to a minute, with a quarter of jitter. */
export function waitAfter(failures, random = Math.random) {
  const wait = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
  return wait * (0.75 + random() * 0.5);
}

let askedToLast = false;

/** The browser should not clear what waits; the box's page shows what it has answered. */
async function askToLast() {
  if (askedToLast || !globalThis.navigator?.storage?.persist) return;
  askedToLast = true;
  await navigator.storage.persist().catch(() => false);
}

/** Background Sync, where there is one: the service worker sends what is left after the page. */
async function askForSync() {
  const registration = await globalThis.navigator?.serviceWorker?.getRegistration().catch(() => null);
  await registration?.sync?.register(SYNC_TAG).catch(() => {});
}

export { openChannel };
