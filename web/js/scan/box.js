import { say, stateOf } from "./words.js";

/**
 * The scans of this visit, newest first: what is safe, what is only on this phone, what was not
 * kept. Each opens its card again, so that a queue of people can be tagged afterwards.
 */
export class ScanBox {
  #queue;
  #open;

  constructor(queue, open) {
    this.root = document.querySelector("#scan-box");
    this.list = document.querySelector("#scan-box-list");
    this.count = document.querySelector("#scan-box-count");
    this.#queue = queue;
    this.#open = open;
    for (const name of ["change", "named"]) queue.addEventListener(name, () => this.paint());
  }

  paint() {
    const { entries, unsent, signedOut } = this.#queue;
    this.root.hidden = !entries.length;
    this.root.dataset.unsent = unsent.length;
    this.count.textContent = summary(entries, unsent.length);
    this.list.replaceChildren(...entries.map((entry) => this.#item(entry, signedOut)));
  }

  #item(entry, signedOut) {
    const item = document.querySelector("#scan-box-item").content.cloneNode(true);
    const { state, words } = stateOf(entry, { signedOut, slow: true });
    const button = item.querySelector("button");
    button.dataset.state = state;
    button.addEventListener("click", () => this.#open(entry));
    item.querySelector("[data-who]").textContent = entry.name || say("somebody");
    item.querySelector("time").dateTime = entry.scan.scanned_at;
    item.querySelector("time").textContent = entry.scan.scanned_at.slice(11, 16);
    item.querySelector("[data-words]").textContent = words;
    return item;
  }
}

function summary(entries, unsent) {
  if (unsent) return say("unsent", { count: unsent });
  const refused = entries.filter((entry) => entry.state === "refused").length;
  const safe = entries.filter((entry) => entry.state === "safe" && !entry.retracted).length;
  const parts = [say("all-safe", { count: safe }), refused && say("not-kept", { count: refused })];
  return parts.filter(Boolean).join(" · ");
}
