// Private copies: what this phone may still show without network of the account that is signed in.
// They live in one cache whose name ends with the account, so that there is never more than one
// account's, and each copy says when the server last gave it.

export const PREFIX = "firsthand-private-";
export const SEEN = "Firsthand-Seen";
export const PEOPLE = "/api/v1/me/offline";

// What somebody takes back must be gone from every phone by then (design: Consent).
const LASTS_MS = 72 * 60 * 60 * 1000;
// A clock that was put back must not make a copy last longer.
const AHEAD_MS = 60 * 60 * 1000;

export const isPrivate = (name) => name.startsWith(PREFIX);

/** @param {Response} copy */
export function seenAt(copy) {
  return new Date(copy.headers.get(SEEN) ?? NaN);
}

function isTooOld(copy) {
  const age = Date.now() - seenAt(copy).getTime();
  return !(age < LASTS_MS && age > -AHEAD_MS);
}

/** The name of the cache with the copies, if there is one. */
export async function currentCache() {
  return (await caches.keys()).find(isPrivate);
}

/** Removes every copy that is too old to be shown. */
export async function dropOld() {
  const name = await currentCache();
  if (!name) return;
  const cache = await caches.open(name);
  for (const request of await cache.keys()) {
    const copy = await cache.match(request, { ignoreVary: true });
    if (copy && isTooOld(copy)) await cache.delete(request, { ignoreVary: true });
  }
}

/**
 * The copy of that path, or undefined if there is none that may still be shown.
 * @param {string} path
 * @returns {Promise<Response | undefined>}
 */
export async function find(path) {
  const name = await currentCache();
  if (!name) return undefined;
  const cache = await caches.open(name);
  const copy = await cache.match(path, { ignoreVary: true });
  if (!copy || !isTooOld(copy)) return copy;
  await cache.delete(path, { ignoreVary: true });
  return undefined;
}
