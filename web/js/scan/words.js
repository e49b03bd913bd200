/**
 * The page's own words, kept in its template so that they can be translated there.
 * @param {string} name of a [data-word] in the template #scan-words
 * @param {Record<string, string>} [values] for its {placeholders}
 */
export function say(name, values = {}) {
  const words = document.querySelector("#scan-words").content;
  const text = words.querySelector(`[data-word="${name}"]`).textContent.trim();
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** Tells a screen reader. Emptied first, or the same words said again would stay unheard. */
export function announce(text) {
  const news = document.querySelector("#scan-news");
  news.textContent = "";
  requestAnimationFrame(() => (news.textContent = text));
}

/** The state of an entry: its name for styles, and its words. */
export function stateOf(entry, { signedOut, slow }) {
  if (entry.state === "refused") return { state: "refused", words: say("refused") };
  if (entry.retracted) return { state: "undone", words: say("undone") };
  if (entry.state === "waiting" && signedOut) return { state: "phone", words: say("signed-out") };
  if (entry.state === "waiting") return { state: "phone", words: say(slow ? "phone" : "sending") };
  if (!entry.editSent || !entry.retractionSent) return { state: "safe", words: say("changing") };
  return { state: "safe", words: say("safe") };
}
