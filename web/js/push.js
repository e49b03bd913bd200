// This browser's push subscription, and the server's knowledge of it.
const KEY = "firsthand.push";
const PATH = "/me/push-subscriptions";

const own = async () => (await navigator.serviceWorker?.ready)?.pushManager.getSubscription();

/** Where the push service takes messages for this browser; null without a subscription. */
export const endpoint = async () => (await own())?.endpoint ?? null;

function bytes(letters) {
  const text = atob(letters.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

async function tell(subscription) {
  const { endpoint: address, keys } = subscription.toJSON();
  const body = new URLSearchParams({ endpoint: address, p256dh: keys.p256dh, auth: keys.auth });
  const answer = await fetch(PATH, { method: "POST", body });
  if (!answer.ok) throw new Error(`${PATH}: ${answer.status}`);
}

export async function subscribe(serverKey) {
  const { pushManager } = await navigator.serviceWorker.ready;
  const applicationServerKey = bytes(serverKey);
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  await tell(subscription);
  localStorage.setItem(KEY, `${document.body.dataset.account} ${serverKey}`);
}

export async function unsubscribe() {
  const subscription = await own();
  localStorage.removeItem(KEY);
  if (!subscription) return;
  await fetch(PATH, {
    method: "DELETE",
    body: new URLSearchParams({ endpoint: subscription.endpoint }),
  }).catch(() => {});
  await subscription.unsubscribe();
}

/** At a start: browsers lose their subscription by themselves now and then. */
export async function keepAlive() {
  const [account, serverKey] = (localStorage.getItem(KEY) ?? "").split(" ");
  // Who else signs in here chooses for themselves.
  if (!serverKey || account !== document.body.dataset.account) return;
  if (globalThis.Notification?.permission !== "granted") return;
  const subscription = await own();
  if (!subscription) await subscribe(serverKey);
}
