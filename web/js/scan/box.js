import { say, stateOf, whoOf } from "./words.js";

const SHOWN = 30;

/**
 * The last scans, newest first: what is safe, what is only on this phone, what was not kept. Each
 * opens its card again, so that a queue of people can be tagged afterwards. All of them, and what
 * can be done about them, stand on the page of the box.
 */
export class ScanBox {
  #queue;
  #open;
  #isDue = false;

  constructor(queue, open) {
    this.root = document.querySelector("#scan-box");
    this.list = document.querySelector("#scan-box-list");
    this.count = document.querySelector("#scan-box-count");
    this.storage = document.querySelector("#scan-storage");
    this.#queue = queue;
    this.#open = open;
    queue.addEventListener("change", () => this.#paintSoon());
  }

  /** A long queue changes fifty entries at once; they are painted once. */
  #paintSoon() {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.paint();
    });
  }

  paint() {
    const queue = this.#queue;
    const { entries, store } = queue;
    this.root.hidden = !entries.length && !queue.ofOthers;
    this.root.dataset.unsent = queue.unsent.length;
    this.count.textContent = summary(queue);
    this.storage.textContent = store.trouble ? say(`storage-${store.trouble}`) : "";
    this.list.replaceChildren(...entries.slice(0, SHOWN).map((entry) => this.#item(entry)));
  }

  #item(entry) {
    const item = document.querySelector("#scan-box-item").content.cloneNode(true);
    const { state, words } = stateOf(entry, this.#queue);
    const button = item.querySelector("button");
    button.dataset.state = state;
    button.addEventListener("click", () => this.#open(entry));
    item.querySelector("[data-who]").textContent = whoOf(entry);
    item.querySelector("time").dateTime = entry.scan.scanned_at;
    item.querySelector("time").textContent = entry.scan.scanned_at.slice(11, 16);
    item.querySelector("[data-words]").textContent = words;
    return item;
  }
}

const MANY = 20;

/** One line on the whole box. */
export function summary(queue) {
  const { entries, unsent, progress, ofOthers } = queue;
  if (progress && progress.total > MANY) return say("progress", progress);
  const others = ofOthers && say("of-others", { count: ofOthers });
  if (unsent.length) return joined([say("unsent", { count: unsent.length }), others]);
  const refused = entries.filter((entry) => entry.state === "refused").length;
  const safe = entries.filter((entry) => entry.state === "safe" && !entry.retracted).length;
  return joined([say("all-safe", { count: safe }), refused && say("not-kept", { count: refused }), others]);
}

const joined = (parts) => parts.filter(Boolean).join(" · ");
