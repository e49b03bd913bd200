// Notifications in this browser: asked for by a tap only, and kept alive at each start.
import { endpoint, renew, subscribe, unsubscribe } from "./push.js";

const box = document.querySelector("[data-push]");
const words = box.querySelector("[data-push-words]");
const [on, off] = ["on", "off"].map((name) => box.querySelector(`[data-push-${name}]`));

// An iPad says that it is a Mac, which has no touch screen.
const isApple =
  /iPhone|iPad/.test(navigator.userAgent) ||
  (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
const isInstalled = matchMedia("(display-mode: standalone)").matches;

async function show() {
  const can = "PushManager" in window && "Notification" in window;
  const there = can ? await endpoint() : null;
  on.hidden = !can || there !== null || Notification.permission === "denied";
  off.hidden = there === null;
  if (!can && isApple && !isInstalled) {
    words.textContent =
      "On iPhone and iPad notifications need the app: Share, then Add to Home Screen, and open it there.";
  } else if (!can) {
    words.textContent = "This browser has no notifications.";
  } else if (Notification.permission === "denied") {
    words.textContent = "This browser does not let us. Allow notifications in its settings first.";
  } else {
    words.textContent = there ? "On this phone or computer: yes." : "On this phone or computer: not yet.";
  }
}

on.addEventListener("click", async () => {
  on.disabled = true;
  try {
    if ((await Notification.requestPermission()) === "granted") await subscribe(box.dataset.push);
    if (await endpoint()) return location.reload();
  } catch {
    words.textContent = "That did not work here. Is there network?";
  }
  on.disabled = false;
  await show();
});
off.addEventListener("click", async () => {
  off.disabled = true;
  await unsubscribe();
  location.reload();
});

// The browser knows where it is; what was chosen stays.
const zone = document.querySelector("[data-zone]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && here && (!zone.value || zone.value === "UTC")) zone.value = here;
show();
// A browser that has ended starts again when this page is opened there.
const ended = [...document.querySelectorAll("[data-ended]")].map((row) => row.dataset.ended);
renew(box.dataset.push, ended).then((again) => again && location.reload(), () => {});
