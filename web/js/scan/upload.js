import { ask } from "./answers.js";

const BATCH = 50;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Where the queue's entries live. This one lasts as long as the page; a lasting one has the same
 * two functions.
 */
export function memoryStore() {
  const entries = new Map();
  return {
    all: async () => [...entries.values()],
    put: async (entry) => void entries.set(entry.scan.id, entry),
  };
}

/**
 * An entry of the queue.
 * @typedef {object} Entry
 * @property {object} scan as POST /api/v1/scans takes it; never changed
 * @property {"waiting" | "safe" | "refused"} state safe only after the server's answer
 * @property {string} problem why it was refused, or why its last change was
 * @property {string | null} meeting
 * @property {string | null} contact
 * @property {{note: string, intents: string[], edited_sequence: number} | null} edit the last one
 * @property {boolean} editSent
 * @property {boolean} retracted what the person wants
 * @property {boolean} retractionSent
 */

/**
 * Scans on their way to the server: in order, in batches, one request at a time. Every change of
 * an entry is told by a "change" event whose detail is the entry.
 */
export class ScanQueue extends EventTarget {
  #entries = new Map();
  #draining = false;
  #again = false;
  #failures = 0;
  #timer = 0;
  #batch = BATCH;

  /** @type {boolean} the server has said 401: nothing is lost, somebody has to sign in */
  signedOut = false;

  constructor(device, { store = memoryStore(), send = ask, later = setTimeout } = {}) {
    super();
    this.device = device;
    this.store = store;
    this.send = send;
    this.later = (run, ms) => later(run, ms);
  }

  /** Takes up what the store has kept. */
  async open() {
    for (const entry of await this.store.all()) this.#entries.set(entry.scan.id, entry);
    this.drain();
  }

  /** @returns {Entry[]} newest first */
  get entries() {
    return [...this.#entries.values()].reverse();
  }

  /** @returns {Entry[]} those of which something has still to reach the server */
  get unsent() {
    return this.entries.filter((entry) => entry.state === "waiting" || changed(entry));
  }

  /** Keeps a scan and starts sending it. */
  async add(scan) {
    const entry = {
      scan, state: "waiting", problem: "", meeting: null, contact: null,
      edit: null, editSent: true, retracted: false, retractionSent: true,
    };
    this.#entries.set(scan.id, entry);
    await this.#keep(entry);
    this.drain();
    return entry;
  }

  /** A scan that the server has already, from its plain form: only later changes are sent. */
  adopt(id) {
    const entry = {
      scan: { id, code: "", scanned_at: new Date().toISOString() }, state: "safe", problem: "", meeting: null, contact: null,
      edit: null, editSent: true, retracted: false, retractionSent: true,
    };
    this.#entries.set(id, entry);
    return entry;
  }

  /** Replaces intents and note of a scan; the last edit wins. */
  async edit(entry, edit) {
    Object.assign(entry, { edit, editSent: false, problem: "" });
    await this.#keep(entry);
    this.drain();
  }

  /** Undoes a scan (true), or takes the undo back (false). */
  async retract(entry, retracted) {
    Object.assign(entry, { retracted, retractionSent: false, problem: "" });
    await this.#keep(entry);
    this.drain();
  }

  /** Sends what there is to send. Harmless to call at any time. */
  async drain() {
    if (this.#draining) {
      this.#again = true;
      return;
    }
    this.#draining = true;
    clearTimeout(this.#timer);
    let reached = true;
    do {
      this.#again = false;
      reached = (await this.#sendScans()) && (await this.#sendChanges());
    } while (reached && this.#again);
    this.#draining = false;
    this.#failures = reached ? 0 : this.#failures + 1;
    if (!reached) this.#timer = this.later(() => this.drain(), waitAfter(this.#failures));
  }

  async #keep(entry) {
    await this.store.put(entry);
    this.dispatchEvent(new CustomEvent("change", { detail: entry }));
  }

  async #sendScans() {
    for (;;) {
      const waiting = [...this.#entries.values()].filter((entry) => entry.state === "waiting");
      const batch = waiting.slice(0, this.#batch);
      if (!batch.length) return true;
      const scans = batch.map((entry) => entry.scan);
      const answer = await this.send("POST", "/api/v1/scans", { device: this.device, scans });
      if (!(await this.#settle(batch, answer))) return false;
    }
  }

  async #settle(batch, answer) {
    if (answer.kind === "refused" && batch.length > 1) {
      // One bad scan must not hold up the others: find it by sending one at a time.
      this.#batch = 1;
      return true;
    }
    if (answer.kind === "refused") {
      Object.assign(batch[0], { state: "refused", problem: answer.problem });
      await this.#keep(batch[0]);
      return true;
    }
    if (!this.#isReached(answer) || !Array.isArray(answer.data?.results)) {
      for (const entry of batch) await this.#keep(entry);
      return false;
    }
    this.#batch = BATCH;
    const results = new Map(answer.data.results.map((one) => [String(one.id).toLowerCase(), one]));
    let answered = false;
    for (const entry of batch) {
      const result = results.get(entry.scan.id);
      if (!result) continue;
      answered = true;
      judge(entry, result);
      await this.#keep(entry);
    }
    return answered;
  }

  async #sendChanges() {
    for (const entry of [...this.#entries.values()].filter(changed)) {
      const path = `/api/v1/scans/${entry.scan.id}`;
      if (!entry.editSent) {
        const edit = entry.edit;
        const answer = await this.send("PATCH", path, edit);
        if (!this.#isReached(answer)) return false;
        await this.#changeAnswered(entry, answer, { editSent: entry.edit === edit });
      }
      if (!entry.retractionSent) {
        const { retracted } = entry;
        const answer = await this.send(retracted ? "PUT" : "DELETE", `${path}/retraction`);
        if (!this.#isReached(answer)) return false;
        const retractionSent = entry.retracted === retracted;
        await this.#changeAnswered(entry, answer, { retractionSent });
      }
    }
    return true;
  }

  async #changeAnswered(entry, answer, sent) {
    Object.assign(entry, sent, { problem: answer.kind === "refused" ? answer.problem : "" });
    if (answer.data?.id) entry.meeting = answer.data.id;
    await this.#keep(entry);
  }

  #isReached(answer) {
    this.signedOut = answer.kind === "signed-out";
    return answer.kind === "done" || answer.kind === "refused";
  }
}

/** Milliseconds to wait after so many failures: doubling, to a minute, with a quarter of jitter. */
export function waitAfter(failures, random = Math.random) {
  const wait = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
  return wait * (0.75 + random() * 0.5);
}

const changed = (entry) => entry.state === "safe" && !(entry.editSent && entry.retractionSent);

function judge(entry, { outcome, meeting, contact, problem }) {
  const kept = outcome === "recorded" || outcome === "duplicate";
  Object.assign(entry, {
    state: kept ? "safe" : "refused",
    problem: problem ?? "",
    meeting: meeting ?? null,
    contact: contact ?? null,
  });
}
