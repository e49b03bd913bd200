// Loaded on every page. Each part only adds to a page that works without it.
import { ask } from "./asking.js";
import "./lists/ticks.js";
import { dayOf, momentOf, timeOf } from "./offline/moments.js";

const WAIT_MS = 2_000;
const on = (name, act, options) => document.addEventListener(name, act, options);
const each = (root, selector, act) => {
  if (root.matches?.(selector)) act(root);
  root.querySelectorAll(selector).forEach(act);
};

function toast(text) {
  let box = document.querySelector("#toasts");
  if (!box) {
    box = document.createElement("div");
    box.id = "toasts";
    box.role = "status";
    document.body.append(box);
  }
  const note = document.createElement("p");
  note.className = "toast";
  note.textContent = text;
  box.append(note);
  setTimeout(() => note.remove(), WAIT_MS * 4);
}

/** What a failed answer says about itself: as problem+json, as a fragment (_problem.html), or nothing. */
function reasonIn(xhr) {
  try {
    const { detail, title } = JSON.parse(xhr.responseText);
    return detail || title;
  } catch {
    const answer = new DOMParser().parseFromString(xhr.responseText, "text/html");
    return answer.querySelector("[data-reason]")?.dataset.reason;
  }
}

// htmx: the server tells its own pages' requests by this header.
on("htmx:configRequest", ({ detail }) => {
  detail.headers["X-Requested-With"] = "firsthand";
});

// A form's own mistakes come back as the form again (422, or wherever the server names a target).
on("htmx:beforeSwap", ({ detail }) => {
  const { xhr } = detail;
  const named = xhr.getResponseHeader("HX-Retarget") || xhr.getResponseHeader("HX-Reswap");
  const isHtml = (xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/html");
  if (isHtml && (xhr.status === 422 || (xhr.status >= 400 && xhr.status < 500 && named))) {
    Object.assign(detail, { shouldSwap: true, isError: false });
  }
});
on("htmx:responseError", ({ detail: { xhr } }) => {
  toast(reasonIn(xhr) || "That did not work. Please try again.");
});
on("htmx:sendError", () => toast("No network. Nothing was changed; please try again."));
on("htmx:timeout", () => toast("The network is too slow. Please try again."));

// A swap that took the focused element away puts the focus where the news is.
// What the page asked for by itself (polling) must not move it.
on("htmx:afterSettle", ({ detail: { elt, requestConfig } }) => {
  // Nor must a number that changes beside what was done.
  if (!requestConfig?.triggeringEvent || elt.matches("[data-quiet]")) return;
  const wanted = elt.querySelector("[data-focus], [aria-invalid=true]");
  const isLost = !document.activeElement || document.activeElement === document.body;
  if (!wanted && !isLost) return;
  const target = wanted ?? elt;
  if (target.tabIndex < 0) target.tabIndex = -1;
  target.focus({ preventScroll: !wanted });
});

// <time datetime="..." data-local="time | date | (both)"> in the reader's own zone.
function localTime(element) {
  const words = { time: timeOf, date: dayOf };
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.getTime())) return;
  element.textContent = (words[element.dataset.local] ?? momentOf)(at);
}

// data-confirm="question" on a form or its button; hx-confirm asks in the same dialog.
const asked = new WeakSet();
/** What is to be done, in the words of the button that asks for it. */
function wordsOn(button) {
  if (!button?.matches("button")) return undefined;
  const words = button.cloneNode(true);
  words.querySelectorAll(".visually-hidden").forEach((hidden) => hidden.remove());
  return words.textContent.trim() || undefined;
}
const confirmSubmit = async (event) => {
  const { target: form, submitter } = event;
  const question = submitter?.dataset.confirm ?? form.dataset.confirm;
  if (!question || asked.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(question, { yes: wordsOn(submitter) }))) return;
  asked.add(form);
  form.requestSubmit(submitter);
};
on("submit", confirmSubmit, { capture: true });
on("htmx:confirm", async (event) => {
  const { question, elt, issueRequest } = event.detail;
  if (!question) return;
  event.preventDefault();
  if (await ask(question, { yes: wordsOn(elt) })) issueRequest(true);
});

// Without it everything works as long as there is network.
async function startServiceWorker() {
  if (!navigator.serviceWorker) return;
  const options = { scope: "/", updateViaCache: "none" };
  await navigator.serviceWorker.register("/sw.js", options).catch(() => {});
  const ready = await navigator.serviceWorker.ready;
  const signedIn = document.body.classList.contains("signed-in");
  const tell = () => !document.hidden && ready.active.postMessage({ type: "contact", signedIn });
  tell();
  on("visibilitychange", tell);
  window.addEventListener("online", tell);
}
// After what the page itself needs from a slow network.
window.addEventListener("load", startServiceWorker);

// data-copy="text" on a button; data-copied="word" is shown for a moment.
on("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button || button.dataset.was !== undefined) return;
  const done = await navigator.clipboard?.writeText(button.dataset.copy).then(() => true, () => false);
  if (!done) return toast("Copying is not allowed here. Select the text.");
  button.dataset.was = button.textContent;
  button.textContent = button.dataset.copied ?? "Copied";
  setTimeout(() => {
    button.textContent = button.dataset.was;
    delete button.dataset.was;
  }, WAIT_MS);
});

// An address that names a row opens what is closed in it.
function openNamed() {
  const named = document.getElementById(location.hash.slice(1));
  named?.querySelector(":scope > details")?.setAttribute("open", "");
}
window.addEventListener("hashchange", openNamed);
openNamed();

// [data-drop] around a file input takes files that are dropped on it.
function dropZone(zone) {
  const input = zone.querySelector("input[type=file]");
  const mark = (over) => (event) => {
    event.preventDefault();
    zone.classList.toggle("is-over", over);
  };
  zone.addEventListener("dragover", mark(true));
  zone.addEventListener("dragleave", mark(false));
  zone.addEventListener("drop", mark(false));
  zone.addEventListener("drop", ({ dataTransfer }) => {
    if (!dataTransfer.files.length) return;
    input.files = dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// Filters: form[data-auto-submit] sends itself when a choice changes.
on("change", ({ target }) => target.form?.matches("[data-auto-submit]") && target.form.requestSubmit());

// [data-wake-lock] on the page keeps the screen on while it is shown: a badge is held up.
async function stayAwake() {
  if (document.hidden || !document.querySelector("[data-wake-lock]")) return;
  await navigator.wakeLock?.request("screen").catch(() => {});
}
on("visibilitychange", stayAwake);

function dress(root) {
  each(root, "time[data-local]", localTime);
  each(root, "[data-drop]", dropZone);
}
dress(document);
stayAwake();
// htmx:load tells of the page's own body too, which is dressed already.
on("htmx:load", ({ detail: { elt } }) => elt !== document.body && dress(elt));

// Browsers forget notifications now and then; and scans that wait on this phone go out from every
// page. Without any, neither part is even loaded.
try {
  if (localStorage.getItem("firsthand.push")) import("./push.js").then((push) => push.keepAlive());
  if (localStorage.getItem("firsthand.waiting")) import("./queue/here.js");
} catch {
  // No storage, so nothing waits in it.
}
