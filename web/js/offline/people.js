// Who is here, from this phone's own copy of the event's list: those who agreed to be listed.
import { find, PEOPLE, seenAt } from "./seen.js";

const DIGEST_LENGTH = 32;
const LOOKALIKES = { I: "1", L: "1", O: "0" };

/**
 * @typedef {object} PersonHere
 * @property {string} name
 * @property {string} initials
 * @property {string} headline
 * @property {string} company
 * @property {string[]} shared what the viewer has with them online, in words
 * @property {string[]} badges digests, not codes: a badge's token stands nowhere in the copy
 */

/** @returns {Promise<{event: ?string, event_name: string, people: PersonHere[], seen: Date} | null>} */
export async function peopleHere() {
  // Some private modes refuse the whole of Cache Storage.
  const copy = await find(PEOPLE).catch(() => undefined);
  return copy ? { ...(await copy.json()), seen: seenAt(copy) } : null;
}

/** The token in a badge's address of this instance, as it is stored, or "". */
export function tokenIn(code, home = location.host) {
  if (!URL.canParse(code)) return "";
  const { protocol, host, pathname } = new URL(code);
  const found = /\/b\/([0-9a-z]{26})\/*$/i.exec(pathname);
  if (!/^https?:$/.test(protocol) || host !== home || !found) return "";
  return found[1].toUpperCase().replace(/[ILO]/g, (letter) => LOOKALIKES[letter]);
}

/** What the copy holds in place of a token (firsthand.badges.codes.token_digest). */
export async function digestOf(token) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  const hex = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0"));
  return hex.join("").slice(0, DIGEST_LENGTH);
}

/**
 * Who wears the badge with this code, without asking the server.
 * @param {string} code as read
 * @returns {Promise<PersonHere | null>} null: no badge of ours, not listed, or no copy here
 */
export async function personOfBadge(code) {
  const token = tokenIn(code.trim());
  const here = token && crypto.subtle ? await peopleHere() : null;
  if (!here) return null;
  const digest = await digestOf(token);
  return here.people.find((person) => person.badges.includes(digest)) ?? null;
}
