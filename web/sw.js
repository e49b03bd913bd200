// The service worker: the app opens without network, and scans. Pages come from the network first;
// without it, or when it hangs, from the account's private copies (js/offline/seen.js) or from the
// public shells. It never skips waiting: a page that is open keeps the version it began with.
/* global VERSION, PRECACHE, BACKGROUND -- put in by build.mjs */
import * as copies from "./js/offline/copies.js";
import { lately } from "./js/offline/moments.js";
import { dropOld, find, seenAt } from "./js/offline/seen.js";
import { forgetFiles, putAside } from "./js/offline/sharing.js";
import { drain } from "./js/queue/drain.js";

const STATIC = "firsthand-static-";
const CACHE = STATIC + VERSION;
const SCANNING = ["/scan", "/scan/box"];
const SHELLS = ["/offline", "/offline/people", ...SCANNING];
// With a copy at hand nobody has to wait for a network that hangs.
const PATIENCE_MS = 3_000;
const PATIENCE_WITHOUT_COPY_MS = 10_000;
const SHELL_LASTS_MS = 6 * 60 * 60 * 1000;
// Answers that are made for long, and downloads: the browser tells of their failure itself.
const LEFT_ALONE = /^\/(api|static|organise|health)\//;
const SIGNS_OUT = /^\/sessions?$/;
const SIGNS_IN = /^\/(sign-in|demo)\//;

async function putShell(cache, path) {
  // Without cookies: a shell is the same for everybody.
  const answer = await fetch(path, { credentials: "omit", cache: "no-store" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  const headers = new Headers(answer.headers);
  for (const name of ["Content-Encoding", "Content-Length", "Vary"]) headers.delete(name);
  headers.set("Firsthand-Seen", new Date().toISOString());
  // It does not say that nobody is signed in: who was last seen on this phone still scans.
  const html = (await answer.text()).replace(' data-account=""', "");
  await cache.put(path, new Response(html, { headers }));
}

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(PRECACHE);
  await Promise.all(SHELLS.map((path) => putShell(cache, path)));
}

/** A template may change without any file of ours: shells are asked for again now and then. */
async function refreshShells() {
  const cache = await caches.open(CACHE);
  for (const path of SHELLS) {
    const shell = await cache.match(path);
    const age = shell ? Date.now() - seenAt(shell).getTime() : Infinity;
    if (!(age >= 0 && age < SHELL_LASTS_MS)) await putShell(cache, path);
  }
}

/** Older versions' files go once no private copy was made with them. */
async function tidy() {
  // A newer version has filled its cache already, or is filling it.
  if (self.registration.waiting || self.registration.installing) return;
  if (await copies.needOther(VERSION)) return;
  const old = (await caches.keys()).filter((name) => name.startsWith(STATIC) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function activate() {
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
  await tidy();
}

/** What the first scan without network needs, and is too large to wait for when installing. */
async function fillInBackground() {
  const cache = await caches.open(CACHE);
  for (const path of BACKGROUND) {
    if (!(await caches.match(path))) await cache.add(path);
  }
}

async function contact() {
  await copies.refresh(VERSION);
  await refreshShells().catch(() => {});
  await tidy();
}

async function fromCache(request) {
  return (await caches.match(request.url, { ignoreVary: true })) ?? fetch(request);
}

async function shell(path) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? Response.error();
}

/** The page as this phone last saw it, saying so. */
async function asLastSeen(copy, why) {
  const seen = seenAt(copy);
  const words = `<p class="as-last-seen" role="status">${why} As last seen <time datetime="${seen.toISOString()}">${lately(seen)}</time>.</p>`;
  const html = (await copy.text()).replace(/<main\b[^>]*>/, (opening) => opening + words);
  return new Response(html, { headers: copy.headers });
}

const plain = (path) => path.replace(/\/+$/, "") || "/";

async function withoutNetwork(path, why) {
  const copy = copies.PAGES.includes(path) && (await find(path));
  if (copy) return path === "/scan" ? copy : asLastSeen(copy, why);
  if (SCANNING.includes(path)) return shell(path);
  if (/^\/events\/[^/]+\/attendees$/.test(path) || path === "/offline/people") {
    return shell("/offline/people");
  }
  return shell("/offline");
}

/** Heeds what an answer says of who is signed in, and keeps it if it is one of the copied pages. */
async function afterAnswer(path, answer, begun) {
  const account = await copies.heed(answer, begun);
  if (!account) return;
  if (copies.PAGES.includes(path)) await copies.keep(path, answer, begun, VERSION);
  await contact();
}

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms, null));

async function open(event, url) {
  const path = plain(url.pathname);
  const begun = copies.currentEra();
  await dropOld();
  const asked = (async () => {
    const answer = (await event.preloadResponse) ?? (await fetch(event.request));
    return [answer, answer.clone()];
  })();
  event.waitUntil(asked.then(([, copy]) => afterAnswer(path, copy, begun)).catch(() => {}));
  const isCopied = copies.PAGES.includes(path) || path.endsWith("/attendees");
  const patience = isCopied ? PATIENCE_MS : PATIENCE_WITHOUT_COPY_MS;
  try {
    const answered = await Promise.race([asked, later(patience)]);
    if (!answered) return await withoutNetwork(path, "The network does not answer.");
    const isAway = answered[0].status >= 502 && answered[0].status <= 504 && isCopied;
    if (isAway) return await withoutNetwork(path, "The server is away just now.");
    return answered[0];
  } catch {
    return withoutNetwork(path, "No network.");
  }
}

async function share(request) {
  try {
    return Response.redirect(await putAside(await request.formData()), 303);
  } catch {
    // Too large for this phone's storage, or unreadable: the file can still be chosen there.
    return Response.redirect("/share?lost=file", 303);
  }
}

function change(event, url) {
  const { request } = event;
  const path = plain(url.pathname);
  if (SIGNS_OUT.test(path)) {
    event.waitUntil(Promise.all([copies.clear(), forgetFiles(), endNotifications()]));
  }
  if (SIGNS_IN.test(`${path}/`)) event.waitUntil(copies.clear());
  if (request.mode !== "navigate") return;
  if (path === "/share") {
    event.respondWith(share(request));
    return;
  }
  // What the worker sends counts as sent by our own pages, so it sends on only what is. Files are
  // left to the browser, which streams them.
  const isForm = request.headers.get("Content-Type") === "application/x-www-form-urlencoded";
  if (!isForm || !request.referrer.startsWith(`${self.location.origin}/`)) return;
  event.respondWith(fetch(request).catch(() => Response.redirect("/offline?unsent", 303)));
}

/** Without its subscription nothing for who signed out is shown to who comes next. */
async function endNotifications() {
  const subscription = await self.registration.pushManager?.getSubscription();
  await subscription?.unsubscribe();
}

/** Always shows something: iOS takes the permission away from who gets a push and shows nothing. */
async function notify(data) {
  let said = {};
  try {
    said = data?.json() ?? {};
  } catch {
    // Not one of ours, or an older one.
  }
  await self.registration.showNotification(said.title || "Something is due", {
    body: said.body || "Open Firsthand to see what.",
    tag: said.tag || "firsthand",
    data: { path: said.path || "/follow-ups" },
  });
}

/** In the window that is open, else in a new one. */
async function show(path) {
  const url = new URL(path, self.location.origin);
  // What a notification opens is one of our own pages, whatever was sent.
  const target = url.origin === self.location.origin ? url.href : self.location.origin;
  const [open] = await self.clients.matchAll({ type: "window" });
  if (!open) return self.clients.openWindow(target);
  await open.focus();
  return open.navigate(target);
}

async function subscribeAnew(old) {
  if (!old?.options) return;
  const subscription = await self.registration.pushManager.subscribe(old.options);
  const { endpoint, keys } = subscription.toJSON();
  const body = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
  await fetch("/me/push-subscriptions", { method: "POST", body });
}

self.addEventListener("push", (event) => event.waitUntil(notify(event.data)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data?.path ?? "/"));
});
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(subscribeAnew(event.oldSubscription));
});
self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (!["GET", "HEAD"].includes(request.method)) return change(event, url);
  if (url.pathname.startsWith("/static/")) return event.respondWith(fromCache(request));
  if (request.mode !== "navigate" || LEFT_ALONE.test(url.pathname)) return;
  event.respondWith(open(event, url));
});
self.addEventListener("message", (event) => {
  if (event.data?.type !== "contact") return;
  // A page knows by a mark in localStorage that scans wait. Chromium writes that down late: killed
  // before, it has the scans and not the mark.
  const forViewer = event.data.signedIn ? [contact(), drain()] : [];
  event.waitUntil(Promise.allSettled([fillInBackground(), ...forViewer]));
});
self.addEventListener("sync", (event) => {
  if (event.tag === "scans") event.waitUntil(drain());
});
