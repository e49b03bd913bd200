import { inOrder } from "./entries.js";

const DATABASE = "firsthand";
const TABLE = "scans";
const PATIENCE_MS = 2_000;

/** The database could not be had: storage is denied (private mode), or broken for good. */
export class Denied extends Error {}
/** Nothing more fits into this phone's storage. */
export class Full extends Error {}

/** Where records live as long as the page, for browsers that refuse the real store. */
export function memoryStore() {
  const records = new Map();
  return {
    all: async () => [...records.values()].sort(inOrder),
    add: async (fresh) => {
      const last = Math.max(0, ...[...records.values()].map(({ order }) => order ?? 0));
      const added = fresh.map((record, index) => ({ ...record, order: last + 1 + index }));
      for (const record of added) records.set(record.id, record);
      return added;
    },
    put: async (kept) => kept.forEach((record) => records.set(record.id, record)),
    change: async (ids, act) => {
      const changed = [];
      for (const id of ids) {
        const before = records.get(id);
        const after = before && act(before);
        if (!after) continue;
        if (after.id !== id) records.delete(id);
        records.set(after.id, after);
        changed.push(after);
      }
      return changed;
    },
    remove: async (ids) => ids.forEach((id) => records.delete(id)),
  };
}

/**
 * The lasting store. Every promise of a change resolves only once the browser says that the
 * transaction is complete, with strict durability: on the disk. Raises Denied or Full.
 */
export class ScanStore {
  #database = null;
  /** The highest order that this page has seen; another tab may be ahead by as much as it took. */
  #end = null;

  /** All records, in the order in which they came, whatever their version. */
  all() {
    return this.#run("readonly", (table, done) => {
      asked(table.getAll(), (records) => {
        done(records.sort(inOrder));
        this.#end = Math.max(this.#end ?? 0, records.at(-1)?.order ?? 0);
      });
    });
  }

  /** Adds records at the end, each with its order; an id that is there already is replaced. */
  add(fresh) {
    return this.#run("readwrite", (table, done) => {
      const put = () => {
        const added = fresh.map((record) => ({ ...record, order: ++this.#end }));
        for (const record of added) table.put(record);
        // Nothing more comes: the browser need not ask, while somebody waits for "kept".
        table.transaction.commit?.();
        done(added);
      };
      if (this.#end !== null) return put();
      asked(table.index("order").openKeyCursor(null, "prev"), (last) => {
        this.#end = last?.key ?? 0;
        put();
      });
    });
  }

  /**
   * Changes records in one transaction, each from what it is at that moment: another tab may have
   * changed it since it was read.
   * @param {string[]} ids
   * @param {(record: object) => object | null | undefined} act nothing: leave it. A record with
   *   another id takes the old one's place
   */
  change(ids, act) {
    return this.#run("readwrite", (table, done) => {
      const changed = [];
      for (const id of ids) {
        asked(table.get(id), (before) => {
          const after = before && act(before);
          if (!after) return;
          if (after.id !== id) table.delete(id);
          table.put(after);
          changed.push(after);
        });
      }
      done(changed);
    });
  }

  remove(ids) {
    return this.#run("readwrite", (table, done) => {
      for (const id of ids) table.delete(id);
      done();
    });
  }

  async #run(mode, act) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#transaction(mode, act);
      } catch (problem) {
        if (problem?.name === "QuotaExceededError") throw new Full(problem.message);
        // iOS kills connections of pages in the background; a fresh one works.
        this.#database?.close();
        this.#database = null;
        if (tries === 3) throw new Denied(String(problem));
      }
    }
  }

  async #transaction(mode, act) {
    this.#database ??= await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(TABLE, mode, { durability: "strict" });
      let result;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
      act(transaction.objectStore(TABLE), (found) => (result = found));
    });
  }

  #open() {
    return new Promise((resolve, reject) => {
      // Without a version: a database that a newer Firsthand has made is opened as it is.
      const request = indexedDB.open(DATABASE);
      // It happens on iOS that nothing is ever answered; the scan must not wait for it.
      const late = setTimeout(() => reject(new Error("late")), PATIENCE_MS);
      request.onupgradeneeded = () =>
        request.result.createObjectStore(TABLE, { keyPath: "id" }).createIndex("order", "order");
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("blocked"));
      request.onsuccess = () => {
        clearTimeout(late);
        const database = request.result;
        const forget = () => {
          database.close();
          if (this.#database === database) this.#database = null;
        };
        database.onversionchange = forget;
        database.onclose = forget;
        resolve(database);
      };
    });
  }
}

function asked(request, then) {
  request.onsuccess = () => then(request.result);
}
