// What the scanner's own card says of another system's code. Loaded after the scanner has started.
import { tokenIn } from "./offline/people.js";
import { shortCode } from "./scan/codes.js";
import { readForeignCode } from "./scan/foreign-codes.js";
import { hintOf } from "./scan/hints.js";
import { say } from "./scan/words.js";

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

/** Whether another system's code says who somebody is. */
export const namesSomebody = (code) => "name" in readForeignCode(code);

/**
 * Puts into the page's own card what another system's code says, and what will be kept of it. A code
 * of ours says nothing by itself: its card stays as it is.
 * @param {Element} card a copy of what is in #scan-local-card
 * @param {string} code as read
 * @returns {Promise<string>} what they are called, or ""
 */
export async function tellForeign(card, code) {
  if (tokenIn(code.trim()) || shortCode(code)) return "";
  const read = readForeignCode(code);
  const about = [read.headline, read.company].filter((text) => text && text !== read.name).join(", ");
  const who = card.querySelector("[data-who]");
  who.textContent = read.name ?? say("unknown");
  card.querySelector("[data-about]").textContent = about;
  card.querySelector("[data-about]").hidden = !about;
  const what = say(`code-${read.kind}`, { network: LABELS[read.network] });
  const kept = card.querySelector("[data-kept]");
  kept.dataset.told = "";
  kept.textContent = "name" in read ? what : `${what} ${say("code-not-kept")}`;
  if (read.name) return read.name;
  const hint = await hintOf(code, document.querySelector(".scanner").dataset.hintKey);
  if (hint) who.textContent = say("unknown-badge", { hint });
  return hint && who.textContent;
}
