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

/** The account and the server's key that this browser was subscribed with. */
const known = () => (localStorage.getItem(KEY) ?? "").split(" ");

/**
 * Start again where the server has ended what this browser still has (`ended`: such endpoints), or
 * has another key since: a push service takes nothing that is signed by another key than that of
 * the subscription. What its owner took away stays away. Answers whether it did.
 */
export async function renew(serverKey, ended) {
  const subscription = await own();
  // Who else signs in here chooses for themselves.
  if (!subscription || known()[0] !== document.body.dataset.account) return false;
  const key = new Uint8Array(subscription.options.applicationServerKey);
  if (String(key) !== String(bytes(serverKey))) {
    await subscription.unsubscribe();
    await subscribe(serverKey);
    return true;
  }
  if (!ended.includes(subscription.endpoint)) return false;
  await tell(subscription);
  return true;
}

/** At a start: browsers lose their subscription by themselves now and then. */
export async function keepAlive() {
  const [account, serverKey] = known();
  if (!serverKey || account !== document.body.dataset.account) return;
  if (globalThis.Notification?.permission !== "granted") return;
  const subscription = await own();
  if (!subscription) await subscribe(serverKey).catch(() => {});
}
