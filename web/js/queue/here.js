// The queue of this page: who is signed in, when it is sent, and what every page says of it.
import { ask } from "../asking.js";
import { lastingStorage, Recorder } from "../scan/record.js";
import { openChannel, ScanQueue } from "./queue.js";
import { ScanStore } from "./store.js";

const WAITING = "firsthand.waiting";
const ACCOUNT = "firsthand.account";
const ASKED = "firsthand.asked";

const { dataset } = document.body;
const link = document.querySelector("#on-phone");

export const storage = lastingStorage();
export const recorder = new Recorder(storage);
export const queue = new ScanQueue(recorder.device, {
  store: globalThis.indexedDB && new ScanStore(),
  account: whoIsHere(),
  channel: openChannel(),
});

/** A page that does not say, for the service worker has kept it, is of whoever was here last. */
function whoIsHere() {
  if (dataset.account === undefined) return storage.getItem(ACCOUNT) || null;
  storage.setItem(ACCOUNT, dataset.account);
  return dataset.account || null;
}

function counted(count, one) {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

let painting = false;
function paintSoon() {
  if (painting) return;
  painting = true;
  queueMicrotask(() => {
    painting = false;
    paint();
  });
}

function paint() {
  const { unsent, refused, unreadable, ofOthers } = queue;
  const open = unsent.length + refused.length + ofOthers;
  // What app.js looks at, so that a page without scans need not load this.
  storage.setItem(WAITING, open + unreadable.broken.length + unreadable.newer.length || "");
  if (link) {
    link.hidden = !open;
    link.querySelector("[data-count]").textContent = counted(open, "scan");
  }
  for (const form of document.querySelectorAll('form[action="/session"], form[action="/sessions"]')) {
    if (unsent.length) form.dataset.confirm = warning(unsent.length);
    else delete form.dataset.confirm;
  }
}

const warning = (count) =>
  `${counted(count, "scan")} on this phone ${count === 1 ? "is" : "are"} not safe yet. ` +
  "Signing out erases nothing: they wait here until you sign in again. Sign out now?";

/** Scans of nobody: asked once for each sign-in on this tab; the box asks on. */
async function askWhose() {
  const { account, unowned } = queue;
  if (!account || !unowned.length || sessionGet(ASKED) === account) return;
  const count = unowned.length;
  const isOne = count === 1;
  const isTheirs = await ask(
    `${counted(count, "scan")} ${isOne ? "waits" : "wait"} on this phone. ` +
      `${isOne ? "Is it" : "Are they"} yours?`,
    { yes: `Yes, keep ${isOne ? "it" : "them"}`, no: "Not now" },
  );
  sessionSet(ASKED, account);
  if (isTheirs) queue.own();
}

function sessionGet(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function sessionSet(key, value) {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // Asked again on the next page.
  }
}

document.addEventListener("visibilitychange", () => document.hidden || queue.drain());
window.addEventListener("online", () => queue.drain());
window.addEventListener("pageshow", (event) => event.persisted && queue.refresh());
window.addEventListener("beforeunload", (event) => {
  if (queue.unsent.some(({ id }) => queue.store.isFleeting(id))) event.preventDefault();
});
queue.addEventListener("change", paintSoon);
document.addEventListener("htmx:load", paintSoon);

export const opened = queue.open().then(() => void askWhose());
