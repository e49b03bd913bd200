// The pages that open without network: what is on this phone, and who is here.
import { peopleHere } from "./offline/people.js";
import { lately } from "./offline/moments.js";
import { find, seenAt } from "./offline/seen.js";

const part = (name) => document.querySelector(`#offline-${name}`);

function showTime(element, at) {
  element.dateTime = at.toISOString();
  element.textContent = lately(at);
}

async function listCopies() {
  for (const row of document.querySelectorAll("[data-copy-of]")) {
    const copy = await find(row.dataset.copyOf).catch(() => undefined);
    row.hidden = !copy;
    if (copy) showTime(row.querySelector("time"), seenAt(copy));
  }
}

function personRow({ name, headline, company }) {
  const row = part("person").content.cloneNode(true);
  row.querySelector("bdi").textContent = name;
  row.querySelector("[data-about]").textContent = [headline, company].filter(Boolean).join(", ");
  return row;
}

async function listPeople() {
  const here = await peopleHere();
  const people = here?.people ?? [];
  part("nobody").hidden = people.length > 0;
  part("people").hidden = !people.length;
  if (!people.length) return;
  part("event").textContent = here.event_name;
  showTime(part("seen"), here.seen);
  const list = part("list");
  const show = () => {
    const words = part("q").value.trim().toLocaleLowerCase();
    const found = people.filter(({ name, headline, company }) =>
      `${name}\n${headline}\n${company}`.toLocaleLowerCase().includes(words),
    );
    list.replaceChildren(...found.map(personRow));
    part("count").textContent = found.length;
  };
  part("q").addEventListener("input", show);
  show();
}

if (part("hub")) {
  listCopies();
  part("unsent").hidden = !new URLSearchParams(location.search).has("unsent");
  part("again").addEventListener("click", () => location.reload());
  // Somebody who only looked at this page wanted another one.
  const wanted = location.pathname !== "/offline";
  let isLeaving = false;
  // What somebody has tapped since is not to be undone: the page stands until the next has answered.
  document.addEventListener("click", ({ target }) => {
    if (target.closest?.("a[href]")) isLeaving = true;
  });
  window.addEventListener("pageshow", () => {
    isLeaving = false;
  });
  window.addEventListener("online", () => {
    // Chromium says so, too, when a network comes and is none yet.
    if (wanted && navigator.onLine && !isLeaving) location.reload();
  });
}
if (part("people")) listPeople();
