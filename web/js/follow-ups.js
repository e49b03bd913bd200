// The list of follow-ups by keyboard and by swipe, and the words of a message in its links.
// All of it presses what is on the page, which works without it.

const KEYS = { d: "done", t: "tomorrow", m: "message", x: "tick", u: "undo" };
const SWIPED = 90;
const list = document.querySelector("#groups");

/** Presses the row's own control, be it inside of what is closed. */
function press(row, act) {
  const control = row.querySelector(`[data-act="${act}"]`);
  control?.click();
  return Boolean(control);
}

function step(row, by) {
  const rows = [...list.querySelectorAll("[data-swipes]")];
  const next = rows[rows.indexOf(row) + by];
  next?.querySelector(".name").focus();
}

// Single keys act only while the focus is in a row, so that they are in nobody's way.
function pressed(event) {
  const row = event.target.closest("[data-swipes]");
  const types = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (!row || types || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j" || event.key === "k") step(row, event.key === "j" ? 1 : -1);
  else if (!(event.key in KEYS) || !press(row, KEYS[event.key])) return;
  event.preventDefault();
}

// A finger that moves along the line: to its end is done, to its start is tomorrow.
function swipes() {
  let from = null;
  const along = (event) => {
    const sign = getComputedStyle(from.row).direction === "rtl" ? -1 : 1;
    return (event.clientX - from.x) * sign;
  };
  const settle = () => {
    // htmx copies a row's attributes to the one that takes its place, and a style is not allowed.
    from.row.removeAttribute("style");
    delete from.row.dataset.swiped;
    from = null;
  };
  list.addEventListener("pointerdown", (event) => {
    const row = event.target.closest("[data-swipes]");
    const types = event.target.closest("input, textarea, select, summary");
    if (event.pointerType !== "touch" || !row || types || !row.querySelector("[data-act=done]")) return;
    from = { row, x: event.clientX, id: event.pointerId };
  });
  list.addEventListener("pointermove", (event) => {
    if (from?.id !== event.pointerId) return;
    const far = along(event);
    from.row.style.transform = `translateX(${event.clientX - from.x}px)`;
    from.row.dataset.swiped = Math.abs(far) < SWIPED ? "" : far > 0 ? "done" : "tomorrow";
  });
  list.addEventListener("pointerup", (event) => {
    if (from?.id !== event.pointerId) return;
    const { row } = from;
    const act = row.dataset.swiped;
    settle();
    if (act) press(row, act);
  });
  // The page scrolls instead.
  list.addEventListener("pointercancel", (event) => from?.id === event.pointerId && settle());
}

// What is typed goes into every link that takes words along.
function retype({ target }) {
  if (!target.matches("[data-words]")) return;
  for (const link of target.closest("[data-message]").querySelectorAll("[data-address]")) {
    link.href = link.dataset.address + encodeURIComponent(target.value);
  }
}

// The others get them by way of the clipboard.
function copyWords({ target }) {
  const link = target.closest("[data-copies]");
  const words = link?.closest("[data-message]").querySelector("[data-words]").value;
  if (words) navigator.clipboard?.writeText(words).catch(() => {});
}

/** Escape puts the message away, and the focus back to what opened it. */
function putAway(event) {
  const message = event.target.closest?.("[data-message]");
  const row = message?.closest("[data-swipes]");
  if (event.key !== "Escape" || !row) return;
  const empty = document.createElement("div");
  empty.id = message.id;
  message.replaceWith(empty);
  row.querySelector("[data-act=message]").focus();
}

document.addEventListener("input", retype);
document.addEventListener("click", copyWords);
if (list) {
  list.addEventListener("keydown", pressed);
  list.addEventListener("keydown", putAway);
  document.querySelector("[data-keys]")?.addEventListener("click", () => {
    list.querySelector("[data-swipes] .name")?.focus();
  });
  swipes();
}
