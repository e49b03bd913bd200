import { hasChanges, judged, readRecord } from "./entries.js";

const BATCH = 50;
const MOST_FAILED = 3;
// Browsers open six connections to a server that speaks HTTP/1.1.
const LANES = 6;

/** Sends what a store holds: each account's scans in their order, then what was changed of them. */
export class Draining {
  #store;
  #send;
  #tell;
  #batch = BATCH;
  #failed = new Set();

  /** @type {"" | "unreachable" | "signed-out"} why it ended before everything was sent */
  stopped = "";
  /** @type {Set<string>} accounts that the session does not belong to */
  others = new Set();

  /** @param {(records: object[]) => void} tell of each change */
  constructor(store, send, tell = () => {}) {
    this.#store = store;
    this.#send = send;
    this.#tell = tell;
  }

  async run() {
    while (!this.stopped && (await this.#next())) {
      // Each round reads the store anew: more may have been scanned, or sent by another tab.
    }
    if (!this.stopped && this.#failed.size) this.stopped = "unreachable";
    return this.stopped;
  }

  /** The next request; false when there is none left. */
  async #next() {
    const entries = (await this.#store.all())
      .map(readRecord)
      .filter(({ kind }) => kind === "entry")
      .map(({ entry }) => entry)
      .filter(({ id, owner }) => owner && !this.others.has(owner) && !this.#failed.has(id));
    const first = entries.find(({ state }) => state === "waiting");
    if (first) {
      const together = entries.filter(
        ({ state, owner, device }) =>
          state === "waiting" && owner === first.owner && device === first.device,
      );
      await this.#sendScans(together.slice(0, this.#batch));
      return true;
    }
    const changed = entries.filter(hasChanges);
    await this.#sendAllChanges(changed);
    return changed.length > 0;
  }

  /** Several scans' changes at once, for each is a request; those of one scan in their order. */
  async #sendAllChanges(entries) {
    const left = [...entries];
    const lane = async () => {
      while (left.length && !this.stopped) {
        const entry = left.shift();
        if (!this.others.has(entry.owner)) await this.#sendChanges(entry);
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: LANES }, lane));
    const broken = ended.find(({ status }) => status === "rejected");
    if (broken) throw broken.reason;
  }

  async #sendScans(batch) {
    const [{ owner, device }] = batch;
    const scans = batch.map(({ scan }) => scan);
    const answer = await this.#send("POST", "/api/v1/scans", { device, scans }, owner);
    if (answer.kind === "refused" || answer.kind === "failed") return this.#narrow(batch, answer);
    if (!this.#isHeard(answer, owner)) return;
    if (!Array.isArray(answer.data?.results)) return this.#stop("unreachable");
    this.#batch = Math.min(BATCH, this.#batch * 2);
    const results = new Map(answer.data.results.map((one) => [String(one?.id).toLowerCase(), one]));
    const settled = await this.#change(batch, (entry) => {
      const result = results.get(entry.id.toLowerCase());
      const after = result && judged(entry, result, Date.now());
      return after === entry ? null : after;
    });
    if (!settled.length) this.#stop("unreachable");
  }

  /** One bad scan must not hold up the others: halve the batch until it stands alone. */
  async #narrow(batch, { kind, problem }) {
    if (batch.length > 1) {
      this.#batch = Math.ceil(batch.length / 2);
      return;
    }
    if (kind === "failed") return this.#setAside(batch[0]);
    await this.#change(batch, (entry) => ({ ...entry, state: "refused", problem }));
  }

  #setAside({ id }) {
    this.#failed.add(id);
    if (this.#failed.size === MOST_FAILED) this.#stop("unreachable");
  }

  async #sendChanges({ id, owner, edit, editSent, retracted, retractionSent }) {
    const path = `/api/v1/scans/${id}`;
    if (!editSent) {
      const answer = await this.#send("PATCH", path, edit, owner);
      const same = (now) => now.edit?.edited_sequence === edit.edited_sequence;
      if (!(await this.#changeAnswered({ id, owner }, answer, "editSent", same))) return;
    }
    if (!retractionSent) {
      const answer = await this.#send(retracted ? "PUT" : "DELETE", `${path}/retraction`, undefined, owner);
      await this.#changeAnswered({ id, owner }, answer, "retractionSent", (now) => now.retracted === retracted);
    }
  }

  async #changeAnswered(entry, answer, flag, isSame) {
    if (answer.kind === "failed") this.#setAside(entry);
    else if (answer.kind === "refused" || this.#isHeard(answer, entry.owner)) {
      const problem = answer.kind === "refused" ? answer.problem : "";
      await this.#change([entry], (now) => ({ ...now, [flag]: now[flag] || isSame(now), problem }));
      return true;
    }
    return false;
  }

  #isHeard({ kind }, owner) {
    if (kind === "another") this.others.add(owner);
    else if (kind !== "done") this.#stop(kind === "signed-out" ? kind : "unreachable");
    return kind === "done";
  }

  #stop(reason) {
    this.stopped ||= reason;
  }

  async #change(entries, act) {
    const changed = await this.#store.change(
      entries.map(({ id }) => id),
      (raw) => {
        const { kind, entry } = readRecord(raw);
        return kind === "entry" ? act(entry) : null;
      },
    );
    this.#tell(changed);
    return changed;
  }
}
