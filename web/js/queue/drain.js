// Sending what this phone holds, from a page or from the service worker.
import { ask } from "./answers.js";
import { Draining } from "./draining.js";
import { ScanStore } from "./store.js";

const NAME = "firsthand-scans";

/** The tag of Background Sync. */
export const SYNC_TAG = "scans";

/** Tells this browser's tabs, and hears from them, that the store has changed. */
export const openChannel = () =>
  globalThis.BroadcastChannel ? new BroadcastChannel(NAME) : null;

/** Runs alone among this browser's tabs and its service worker. */
export const alone = (act) =>
  globalThis.navigator?.locks ? navigator.locks.request(NAME, act) : act();

/**
 * Sends everything that can be sent. For the service worker: it needs no page. Its "sync" event
 * passes this promise to waitUntil: it rejects where the server was not reached, so that the
 * browser tries again later.
 */
export async function drain({ store = new ScanStore(), send = ask } = {}) {
  const channel = openChannel();
  try {
    const draining = new Draining(store, send, () => channel?.postMessage("changed"));
    const stopped = await alone(() => draining.run());
    if (stopped === "unreachable") throw new Error("The server was not reached");
  } finally {
    channel?.close();
  }
}
