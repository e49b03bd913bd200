const SWAPCARD_PERSON = /^https?:\/\/(?:app|login)\.swapcard\.com\/(?:[^/?#\s]+\/)*person\/[^/?#\s]+/i;

/**
 * The four hex digits by which the server will call an unknown badge (firsthand.scans.strangers).
 * @param {string} code as read
 * @param {string} key this account's, in hex
 * @returns {Promise<string>} "" where the browser cannot say, or nobody is signed in
 */
export async function hintOf(code, key) {
  const { subtle } = globalThis.crypto;
  if (!key || !subtle) return "";
  const bytes = new Uint8Array(key.match(/../g).map((pair) => parseInt(pair, 16)));
  const secret = await subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = await subtle.sign("HMAC", secret, new TextEncoder().encode(wordsOf(code.trim())));
  return Array.from(new Uint8Array(mac, 0, 2), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function wordsOf(code) {
  const person = SWAPCARD_PERSON.exec(code);
  const identity = person ? code.split(/[?#]/)[0].replace(/\/+$/, "") : code;
  return identity.replace(/[ \t\r\n]+/g, " ").replace(/^ | $/g, "");
}
