import { tokenIn } from "../offline/people.js";
import { shortCode } from "./codes.js";
import { readForeignCode } from "./foreign-codes.js";
import { say } from "./words.js";

const LABELS = {
  x: "X",
  linkedin: "LinkedIn",
  facebook: "Facebook",
  mastodon: "Mastodon",
  bluesky: "Bluesky",
  github: "GitHub",
  instagram: "Instagram",
  threads: "Threads",
};

/**
 * Puts into the page's own card what another system's code says, and what will be kept of it. A code
 * of ours says nothing by itself: its card stays as it is.
 * @param {DocumentFragment} card a copy of #scan-local-card
 * @param {string} code as read
 * @returns {string} the name that was read, or ""
 */
export function tellForeign(card, code) {
  if (tokenIn(code.trim()) || shortCode(code)) return "";
  const read = readForeignCode(code);
  const about = [read.headline, read.company].filter((text) => text && text !== read.name).join(", ");
  card.querySelector("[data-who]").textContent = read.name ?? say("unknown");
  card.querySelector("[data-about]").textContent = about;
  card.querySelector("[data-about]").hidden = !about;
  card.querySelector("[data-kept]").textContent = say(`code-${read.kind}`, { network: LABELS[read.network] });
  return read.name ?? "";
}
