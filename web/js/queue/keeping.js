import { inOrder } from "./entries.js";
import { Full, memoryStore } from "./store.js";

/**
 * The lasting store while it works, and the page's memory for what it does not take. Nothing is
 * refused for want of storage: `trouble` says that it is kept in this page only.
 *
 * One thing is done after the other: a record on its way from the page to the lasting store is in
 * neither for a moment, and whoever looked or wrote just then would lose it.
 */
export class Keeping {
  #lasting;
  #page = memoryStore();
  #onPage = new Set();
  #last = Promise.resolve();

  /** @type {"" | "denied" | "full"} what hinders the lasting store */
  trouble = "";

  constructor(lasting) {
    this.#lasting = lasting;
  }

  /** Whether this record ends with the page. */
  isFleeting(id) {
    return this.#onPage.has(id);
  }

  all() {
    return this.#next(() => this.#all());
  }

  add(fresh) {
    return this.#next(async () => {
      const added = await this.#lastingly((store) => store.add(fresh));
      if (added) return added;
      const known = await this.#all();
      const end = Math.max(0, ...known.map(({ order }) => order ?? 0));
      const here = fresh.map((record, index) => ({ ...record, order: end + 1 + index }));
      await this.#takeIn(here);
      return here;
    });
  }

  change(ids, act) {
    return this.#next(async () => {
      const here = ids.filter((id) => this.#onPage.has(id));
      const there = ids.filter((id) => !this.#onPage.has(id));
      const changed = here.length ? await this.#page.change(here, act) : [];
      await this.#note();
      if (!there.length) return changed;
      const lasting = await this.#lastingly((store) => store.change(there, act));
      if (lasting) return [...changed, ...lasting];
      const known = (await this.#all()).filter(({ id }) => there.includes(id));
      const after = known.map(act).filter(Boolean);
      await this.#takeIn(after);
      return [...changed, ...after];
    });
  }

  remove(ids) {
    return this.#next(async () => {
      await this.#page.remove(ids);
      await this.#note();
      await this.#lastingly((store) => store.remove(ids));
    });
  }

  /** Once there is room again, what stands in the page goes where it lasts. */
  settle() {
    return this.#next(async () => {
      if (!this.#onPage.size) return;
      const here = await this.#page.all();
      if (!(await this.#lastingly((store) => store.add(here)))) return;
      this.#page = memoryStore();
      await this.#note();
    });
  }

  #next(act) {
    const done = this.#last.then(act);
    this.#last = done.catch(() => {});
    return done;
  }

  async #all() {
    const lasting = await this.#lastingly((store) => store.all());
    const here = await this.#page.all();
    const rest = (lasting ?? []).filter(({ id }) => !this.#onPage.has(id));
    return [...rest, ...here].sort(inOrder);
  }

  async #takeIn(records) {
    await this.#page.put(records);
    await this.#note();
  }

  async #note() {
    this.#onPage = new Set((await this.#page.all()).map(({ id }) => id));
  }

  async #lastingly(act) {
    if (!this.#lasting) return null;
    try {
      const result = await act(this.#lasting);
      this.trouble = this.#onPage.size ? this.trouble : "";
      return result ?? true;
    } catch (problem) {
      this.trouble = problem instanceof Full ? "full" : "denied";
      return null;
    }
  }
}
