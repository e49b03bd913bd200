// The page of the box: everything that this phone holds, and what can be done about it.
import { hintAtInstalling } from "./offline/installing.js";
import { momentOf } from "./offline/moments.js";
import { opened, queue, storage } from "./queue/here.js";
import { summary } from "./scan/box.js";
import { typedCode } from "./scan/codes.js";
import { learnNames } from "./scan/names.js";
import { meansSomebody } from "./scan/typed.js";
import { say, stateOf, whoOf } from "./scan/words.js";

const SHOWN = 100;
const RANKS = ["refused", "phone", "undone", "safe"];

const part = (name) => document.querySelector(`#box-${name}`);
const list = part("list");

function word(name, values = {}) {
  return say(name, values, "#box-words");
}

function paint() {
  const { unsent, unowned, unreadable, store, progress, entries } = queue;
  const isEmpty = !entries.length && !queue.ofOthers;
  part("count").textContent = isEmpty ? "" : summary(queue);
  part("count").hidden = isEmpty;
  part("empty").hidden = !isEmpty;
  // There is nothing to save, nor to fear for.
  part("save").hidden = isEmpty;
  part("lasting").hidden = isEmpty;
  part("progress").hidden = !progress;
  if (progress) Object.assign(part("progress"), { max: progress.total, value: progress.sent });
  part("trouble").textContent = store.trouble ? say(`storage-${store.trouble}`) : "";
  part("sign-in").hidden = !(queue.signedOut && (unsent.length || queue.ofOthers));
  part("unowned").hidden = !(queue.account && unowned.length);
  part("unowned").querySelector("[data-count]").textContent = unowned.length;
  part("send").hidden = !unsent.length || queue.signedOut;
  paintUnreadable(unreadable);
  paintList(entries);
}

function paintUnreadable(unreadable) {
  for (const [kind, records] of Object.entries(unreadable)) {
    part(kind).hidden = !records.length;
    part(kind).querySelector("[data-count]").textContent = records.length;
  }
  part("unreadable").hidden = !(unreadable.broken.length || unreadable.newer.length);
}

function paintList(entries) {
  // A code that is being corrected stays under the fingers.
  if (list.contains(document.activeElement) && document.activeElement.matches("input")) return;
  const ranked = entries.map((entry) => ({ entry, ...stateOf(entry, queue) }));
  const rank = ({ entry, state }) => (entry.problem ? 0 : RANKS.indexOf(state));
  ranked.sort((a, b) => rank(a) - rank(b));
  list.replaceChildren(...ranked.slice(0, SHOWN).map(item));
}

function item({ entry, state, words }) {
  const made = document.querySelector("#box-item").content.cloneNode(true);
  const find = (name) => made.querySelector(`[data-${name}]`);
  made.querySelector("li").dataset.state = state;
  find("who").textContent = whoOf(entry);
  find("words").textContent = words;
  find("problem").textContent = entry.problem;
  find("note").textContent = entry.editSent ? "" : (entry.edit?.note ?? "");
  const time = made.querySelector("time");
  time.dateTime = entry.scan.scanned_at;
  time.textContent = momentOf(new Date(entry.scan.scanned_at));
  const isOpen = state === "refused" || Boolean(entry.problem);
  find("actions").hidden = !isOpen;
  find("remove").hidden = state !== "refused";
  find("mend").hidden = state !== "refused";
  find("mend").elements.code.value = entry.scan.code;
  find("mend").addEventListener("submit", (event) => mend(event, entry));
  find("again").addEventListener("click", () => queue.sendAgain(entry));
  find("save").addEventListener("click", () => save([entry.id]));
  find("remove").addEventListener("click", () => remove(entry));
  return made;
}

async function mend(event, entry) {
  event.preventDefault();
  const field = event.target.elements.code;
  const code = typedCode(field.value);
  const isSame = code === entry.scan.code;
  if (!isSame && !(await meansSomebody(code))) {
    field.setAttribute("aria-invalid", "true");
    field.closest("li").querySelector("[data-problem]").textContent = say("names-nobody");
    return;
  }
  document.activeElement.blur();
  if (isSame) queue.sendAgain(entry);
  else queue.mend(entry, code);
}

function remove(entry) {
  if (window.confirm(word("remove"))) queue.remove([entry.id]);
}

async function save(only) {
  const text = await queue.file(only);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = `firsthand-scans-${new Date().toISOString().slice(0, 10)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function readIn({ target }) {
  const [file] = target.files;
  if (!file) return;
  const found = await queue.readFile(await file.text().catch(() => ""));
  target.value = "";
  const lines = found
    ? [word("read", { count: found.read }), found.lost && word("lost", { count: found.lost })]
    : [word("no-file")];
  part("news").textContent = lines.filter(Boolean).join(" ");
}

async function tellLasting() {
  const isKept = (await navigator.storage?.persisted?.().catch(() => false)) ?? false;
  part("lasting").textContent = word(isKept ? "lasting" : "fleeting");
}

let isDue = false;
queue.addEventListener("change", () => {
  if (isDue) return;
  isDue = true;
  queueMicrotask(() => {
    isDue = false;
    paint();
  });
});
part("send").addEventListener("click", () => queue.drain());
part("save").addEventListener("click", () => save());
part("save-unreadable").addEventListener("click", () => {
  const { broken, newer } = queue.unreadable;
  save([...broken, ...newer].map(({ id }) => id));
});
part("file").addEventListener("change", readIn);
part("unowned").querySelector("button").addEventListener("click", () => queue.own());
learnNames(queue);
hintAtInstalling(storage, () => true);
opened.then(paint);
tellLasting();
