/**
 * The page's own words, kept in its template so that they can be translated there.
 * @param {string} name of a [data-word] in the template #scan-words
 * @param {Record<string, string>} [values] for its {placeholders}
 * @param {string} [template] another page's own words
 */
export function say(name, values = {}, template = "#scan-words") {
  const words = document.querySelector(template).content;
  const text = words.querySelector(`[data-word="${name}"]`).textContent.trim();
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** Tells a screen reader. Emptied first, or the same words said again would stay unheard. */
export function announce(text) {
  const news = document.querySelector("#scan-news");
  news.textContent = "";
  requestAnimationFrame(() => (news.textContent = text));
}

/** Whom an entry is called by in a list: until the name is known, by the end of the code. */
export function whoOf({ name, scan }) {
  const end = scan.code.replace(/[^\p{L}\p{N}]+/gu, "").slice(-4);
  return name || (end ? say("somebody-of", { end }) : say("somebody"));
}

/**
 * The state of an entry: its name for styles, and its words.
 * @param {import("../queue/entries.js").Entry} entry
 * @param {import("../queue/queue.js").ScanQueue} queue
 * @param {boolean} [slow] whether it has been on its way for long enough to say so
 */
export function stateOf(entry, { signedOut, store }, slow = true) {
  if (entry.state === "refused") return { state: "refused", words: say("refused") };
  if (entry.retracted) return { state: "undone", words: say("undone") };
  if (entry.state === "waiting") return { state: "phone", words: say(waiting(entry, signedOut, store, slow)) };
  if (!entry.editSent || !entry.retractionSent) return { state: "safe", words: say("changing") };
  return { state: "safe", words: say("safe") };
}

function waiting({ id, owner }, signedOut, store, slow) {
  if (store.isFleeting(id)) return `page-${store.trouble || "denied"}`;
  if (signedOut) return "signed-out";
  if (owner === null) return "unowned";
  return slow ? "phone" : "sending";
}
