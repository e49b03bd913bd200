import { tokenIn } from "../offline/people.js";
import { shortCode } from "./codes.js";

/**
 * Whether what was typed may mean somebody, as firsthand.scans.typed judges it: a short code, a
 * badge's address, or what names a person. Whether there is such a badge is another question.
 * @param {string} code
 */
export async function meansSomebody(code) {
  if (shortCode(code) || tokenIn(code)) return true;
  const reader = await import("../foreign-card.js").catch(() => null);
  // Without the reader nobody knows, and nothing may be lost.
  return !reader || reader.namesSomebody(code);
}
