import { fetchCard, nameOn } from "./fetched.js";

const MOST = 100;

/**
 * Learns who was met of those whose scans went out while nobody looked at their cards: the newest
 * first, one after the other, each once.
 * @param {import("../queue/queue.js").ScanQueue} queue
 * @param {(entry: object) => boolean} [isShown] whether its card is up, and asks by itself
 * @returns {() => Promise<void>} looks again
 */
export function learnNames(queue, isShown = () => false) {
  const asked = new Set();
  let isAsking = false;
  const isNameless = (entry) =>
    entry.state === "safe" && !entry.name && !entry.retracted && !asked.has(entry.id) && !isShown(entry);

  async function learn() {
    if (isAsking) return;
    isAsking = true;
    for (;;) {
      const entry = queue.entries.slice(0, MOST).find(isNameless);
      if (!entry) break;
      asked.add(entry.id);
      const card = await fetchCard(entry.scan.id);
      if (card) await queue.name(entry, nameOn(card));
    }
    isAsking = false;
  }

  queue.addEventListener("change", learn);
  return learn;
}
