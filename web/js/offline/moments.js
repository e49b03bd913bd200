// Days and moments in the words of the pages that the server makes: "29 November 2026, 16:25". A
// browser's own language would write them otherwise beside these.

const LANGUAGE = "en-GB";

/** @param {Date} at */
export const timeOf = (at) => at.toLocaleTimeString(LANGUAGE, { timeStyle: "short" });

/** @param {Date} at */
export const dayOf = (at) => at.toLocaleDateString(LANGUAGE, { dateStyle: "long" });

/** @param {Date} at */
export const momentOf = (at) => `${dayOf(at)}, ${timeOf(at)}`;

/** Of today the time alone. @param {Date} at */
export function lately(at, now = new Date()) {
  return at.toDateString() === now.toDateString() ? timeOf(at) : momentOf(at);
}
