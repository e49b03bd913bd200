// What a code says that this instance never printed, as firsthand.badges.foreign_codes reads it: for
// the card that is shown without network.
import { emailIn, phoneIn, readCard } from "./person-codes.js";
import { profileIn } from "./profiles.js";

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const BADGES = [
  /^https?:\/\/[^\s/?#]+\/t\/at\/\S+$/i,
  /^https?:\/\/(?:app|login)\.swapcard\.com\/(?:[^/?#\s]+\/)*person\/[^/?#\s]+\S*$/i,
];
const TICKETS = [
  /^\{\s*"i"\s*:\s*\[/,
  /^\{[^]*"ticket"\s*:/,
  new RegExp(`^${UUID}-[0-9]+$`, "i"),
  new RegExp(`^${UUID}/\\S+$`, "i"),
  /^https?:\/\/(?:www\.)?(?:lu\.ma|luma\.com)\/check-in\/\S+$/i,
  /^https?:\/\/[^\s/?#]+\/t\/id\/\S+$/i,
  /^[0-9][0-9. -]{3,40}$/,
];
// Another address, and anything with a scheme: a network's name, a place on a map.
const SCHEME = /^[a-z][a-z0-9+.-]{1,20}:/i;
const WORDS = /^\S{1,40}(?:\s+\S{1,40})+$/;

/**
 * @typedef {{kind: "person", name: string, headline: string, company: string}
 *   | {kind: "profile", network: string, name: string}
 *   | {kind: "ticket" | "badge" | "text"}} ForeignCode
 */

/**
 * @param {string} text as it was decoded
 * @returns {ForeignCode}
 */
export function readForeignCode(text) {
  const trimmed = text.trim();
  const person = readCard(trimmed) ?? wayToReach(trimmed);
  if (person) return { kind: "person", ...person };
  const profile = profileIn(trimmed);
  return profile ? { kind: "profile", ...profile } : { kind: opaqueKind(trimmed) };
}

function wayToReach(text) {
  const [, scheme = "", rest = text] = /^([a-z]+):([^]*)$/i.exec(text) ?? [];
  const chat = /^https:\/\/wa\.me\/([0-9]{6,15})(?:\?\S*)?$/i.exec(text);
  const name = chat ? `+${chat[1]}` : READERS.get(scheme.toLowerCase())?.(rest);
  return name ? { name, headline: "", company: "" } : null;
}

// What comes before the first colon is anybody's: not the name of an object's own function.
const READERS = new Map([
  ["", emailIn],
  ["mailto", (rest) => emailIn(`mailto:${rest}`)],
  ["tel", phoneIn],
  ["sms", (rest) => phoneIn(rest.split(/[:?]/)[0])],
  ["smsto", (rest) => phoneIn(rest.split(/[:?]/)[0])],
  ["matmsg", (rest) => emailIn(/^\s*TO:([^;]*);/i.exec(rest)?.[1] ?? "")],
]);

function opaqueKind(text) {
  if (BADGES.some((badge) => badge.test(text))) return "badge";
  if (TICKETS.some((ticket) => ticket.test(text))) return "ticket";
  return SCHEME.test(text) || WORDS.test(text) ? "text" : "ticket";
}
