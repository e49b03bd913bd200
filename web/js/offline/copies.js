// The service worker's side of the private copies: making, refreshing and dropping them.
import { currentCache, find, isPrivate, PEOPLE, PREFIX, SEEN, seenAt } from "./seen.js";

export const PAGES = ["/badge", "/follow-ups", "/scan"];
// With each answer the server says whose it is: an account, or "none".
const ACCOUNT = "Firsthand-Account";
const MADE_BY = "Firsthand-Made-By";
const FRESH_MS = 60_000;
// Names others, who may have taken theirs back since: asked for at each contact.
const OF_OTHERS = "/follow-ups";

// Counts sign-ins and sign-outs: what was asked for before one must not be kept after it.
let era = 0;
let refreshing;

export const currentEra = () => era;

/** Somebody signs out, or somebody else signs in: nothing of before stays. */
export async function clear() {
  era += 1;
  await dropExcept("");
}

async function dropExcept(kept) {
  const others = (await caches.keys()).filter((name) => isPrivate(name) && name !== kept);
  if (others.length) era += 1;
  await Promise.all(others.map((name) => caches.delete(name)));
}

/** Heeds whose an answer is. @returns {Promise<string>} the account, "" for nobody or unknown */
export async function heed(answer, begun) {
  const account = answer.headers.get(ACCOUNT);
  if (!account || begun !== era) return "";
  const signedIn = account !== "none";
  await dropExcept(signedIn ? PREFIX + account : "");
  return signedIn ? account : "";
}

/**
 * Keeps an answer under a path, if it is a page of somebody signed in.
 * @param {string} path
 * @param {Response} answer consumed
 * @param {number} begun the era in which it was asked for
 * @param {string} version of the service worker
 */
export async function keep(path, answer, begun, version) {
  const account = answer.headers.get(ACCOUNT);
  if (!answer.ok || answer.redirected || !account || account === "none") return;
  const headers = new Headers(answer.headers);
  for (const name of ["Content-Encoding", "Content-Length", "Vary"]) headers.delete(name);
  headers.set(SEEN, new Date().toISOString());
  headers.set(MADE_BY, version);
  const copy = new Response(await answer.arrayBuffer(), { headers });
  if (begun !== era) return;
  const name = PREFIX + account;
  const cache = await caches.open(name);
  await cache.put(path, copy);
  // Signed out while it was written.
  if (begun !== era) await caches.delete(name);
}

/** Asks for everything again that is not fresh. One round at a time. */
export function refresh(version) {
  refreshing ??= refreshAll(version)
    .catch(() => {
      // No network: the copies stay as they are.
    })
    .finally(() => {
      refreshing = undefined;
    });
  return refreshing;
}

async function refreshAll(version) {
  // The list of people comes first and each time: what somebody took back must go at once.
  if (!(await refreshPeople(version))) return;
  for (const path of PAGES) {
    const copy = path === OF_OTHERS ? undefined : await find(path);
    const age = copy ? Date.now() - seenAt(copy).getTime() : Infinity;
    if (age >= 0 && age < FRESH_MS && copy.headers.get(MADE_BY) === version) continue;
    const began = era;
    const answer = await fetch(path, { cache: "no-store" });
    if (!(await heed(answer, began))) return;
    await keep(path, answer, began, version);
  }
}

async function refreshPeople(version) {
  const began = era;
  const known = await find(PEOPLE);
  const headers = known ? { "If-None-Match": known.headers.get("ETag") ?? "" } : {};
  const answer = await fetch(PEOPLE, { cache: "no-store", headers });
  if (!(await heed(answer, began))) return false;
  const isSame = answer.status === 304 && known;
  await keep(PEOPLE, isSame ? known : answer, began, version);
  return true;
}

/** Whether some copy was made by another version, and may so need that version's files. */
export async function needOther(version) {
  const name = await currentCache();
  if (!name) return false;
  const cache = await caches.open(name);
  const kept = await Promise.all((await cache.keys()).map((request) => cache.match(request)));
  return kept.some((copy) => copy && copy.headers.get(MADE_BY) !== version);
}
