import { personOfBadge } from "../offline/people.js";
import { signalRefused } from "./feedback.js";
import { fetchCard, nameOn } from "./fetched.js";
import { CardForm } from "./form.js";
import { announce, say, stateOf } from "./words.js";

const SLOW_MS = 1_000;

const part = (name) => document.querySelector(`#scan-${name}`);
const isTyping = () => document.activeElement?.matches("input, textarea, select");

/** The shell that slides up over the picture: state, the person's card, undo, scan next. */
export class ScanCard {
  #queue;
  #form;
  #filled = "";
  #slowTimer = 0;
  #slow = false;

  /** @type {import("../queue/entries.js").Entry | null} the scan that is shown */
  entry = null;

  constructor(queue, recorder) {
    this.root = part("card");
    this.slot = part("slot");
    this.#queue = queue;
    this.#form = new CardForm(this.slot, (edit, floor) => {
      // The device's counter may have been set back: a killed browser writes it down too late.
      const last = this.entry.edit?.edited_sequence ?? 0;
      const sequence = recorder.nextSequence(Math.max(floor, last));
      queue.edit(this.entry, { ...edit, edited_sequence: sequence });
    });
    part("undo").addEventListener("click", () => this.undo());
    part("keep").addEventListener("click", () => this.#retract(false));
    part("next").addEventListener("click", () => this.close());
    queue.addEventListener("change", ({ detail }) => {
      if (this.entry && (!detail || detail === this.entry)) this.#paint();
    });
  }

  /** Shows a scan, in place of the one before; that one's note is saved first. */
  show(entry) {
    this.saveNote();
    this.entry = entry;
    this.#filled = "";
    this.#slow = false;
    this.slot.replaceChildren();
    this.root.hidden = false;
    this.#paint();
    clearTimeout(this.#slowTimer);
    this.#slowTimer = setTimeout(() => {
      this.#slow = true;
      if (this.entry === entry) this.#paint();
    }, SLOW_MS);
    if (!isTyping()) this.root.focus({ preventScroll: true });
  }

  /** Takes over the card that the server has already put into the page. */
  adopt() {
    const card = this.slot.querySelector("article[id^='scan-']");
    if (!card) return;
    this.entry = this.#queue.adopt(card.id.slice("scan-".length));
    this.entry.name = nameOn(card);
    this.#filled = "server";
    this.#form.take(null);
    this.#paint();
  }

  /** Saves at once what is being typed. */
  saveNote() {
    if (this.entry) this.#form.flush();
  }

  undo() {
    if (!part("undo").hidden) this.#retract(true);
  }

  /** Back to the camera. */
  close() {
    if (!this.entry) return;
    this.saveNote();
    clearTimeout(this.#slowTimer);
    const hadFocus = this.root.contains(document.activeElement);
    this.entry = null;
    this.root.hidden = true;
    if (hadFocus) part("aim").focus({ preventScroll: true });
    this.root.dispatchEvent(new Event("close"));
  }

  #retract(retracted) {
    this.saveNote();
    this.#queue.retract(this.entry, retracted);
    announce(say(retracted ? "undone" : "kept-after-all"));
    part(retracted ? "keep" : "undo").focus({ preventScroll: true });
  }

  #paint() {
    const { entry } = this;
    const { state, words } = stateOf(entry, this.#queue, this.#slow);
    this.root.dataset.state = state;
    part("state").textContent = words;
    part("problem").textContent = entry.state === "refused" ? "" : entry.problem;
    part("sign-in").hidden = !(entry.state === "waiting" && this.#queue.signedOut);
    part("undo").hidden = entry.retracted || entry.state === "refused";
    part("keep").hidden = !entry.retracted || entry.state === "refused";
    this.#rest();
    if (this.#lacksForm()) this.#filled = "";
    if (entry.state === "refused") this.#fillRefused();
    else if (entry.state === "safe") this.#fillFromServer();
    else if (this.#slow || this.#queue.signedOut || !navigator.onLine) this.#fillLocal();
    this.#explain();
  }

  /** What a card of ours waits for until it has its name. */
  #explain() {
    const words = this.slot.querySelector("[data-kept]:not([data-told])");
    if (words) words.textContent = say(this.#queue.signedOut ? "name-signed-out" : "name-offline");
  }

  /** A card that was fetched while undone has no form: after "keep it" it is fetched again. */
  #lacksForm() {
    const isKept = !this.entry.retracted && this.entry.retractionSent;
    const isFilled = this.#filled === "server" && this.slot.childElementCount > 0;
    return isKept && isFilled && !this.slot.querySelector("form");
  }

  /** What is undone is not to be edited. */
  #rest() {
    for (const card of this.slot.children) card.inert = this.entry.retracted;
  }

  #fillRefused() {
    if (this.#filled === "refused") return;
    this.#filled = "refused";
    const card = part("refused-card").content.cloneNode(true);
    const problem = this.entry.problem || say("refused-without-reason");
    card.querySelector("[data-problem]").textContent = problem;
    card.querySelector("[data-code]").textContent = this.entry.scan.code.slice(0, 80);
    this.slot.replaceChildren(card);
    signalRefused();
    announce(`${say("refused")}. ${problem}`);
  }

  /** What the phone knows by itself: who wears the badge, if they agreed to be listed, or what another
   * system's code says. */
  async #fillLocal() {
    if (this.#filled) return;
    this.#filled = "local";
    const { entry } = this;
    const card = part("local-card").content.firstElementChild.cloneNode(true);
    this.#insert(card);
    const person = await personOfBadge(entry.scan.code).catch(() => null);
    const isThere = () => this.entry === entry && this.#filled === "local";
    if (!isThere()) return;
    if (person) introduce(card, person);
    const name = person?.name ?? (await told(card, entry.scan.code));
    if (isThere()) announce([name, stateOf(entry, this.#queue).words].filter(Boolean).join(". "));
    if (name && !entry.name) this.#queue.name(entry, name);
  }

  async #fillFromServer() {
    if (this.#filled === "server") return;
    this.#filled = "server";
    const { entry } = this;
    const card = await fetchCard(entry.scan.id);
    if (this.entry !== entry) return;
    if (!card) {
      // The scan is safe; only its picture could not be had. The next change asks again.
      this.#filled = this.slot.childElementCount ? "local" : "";
      return this.#fillLocal();
    }
    // What is still being typed into the page's own card goes along into the server's.
    this.#form.flush();
    this.#queue.name(entry, nameOn(card));
    this.#insert(card);
    window.htmx?.process(this.slot);
    announce(say("met", { name: entry.name }));
  }

  #insert(card) {
    const { activeElement: focused } = document;
    const held = this.slot.contains(focused) && { name: focused.name, value: focused.value };
    this.slot.replaceChildren(card);
    this.#form.take(this.entry.edit);
    this.#rest();
    if (!held) return;
    const same = [...this.slot.querySelectorAll("[name]")].find(
      (one) => one.name === held.name && (one.type !== "checkbox" || one.value === held.value),
    );
    (same ?? this.root).focus({ preventScroll: true });
  }
}

/** The reading of other systems' codes, which is not needed until a scan has to wait. */
export const foreignCard = () => import("../foreign-card.js").catch(() => null);

async function told(card, code) {
  const foreign = await foreignCard();
  return foreign?.tellForeign(card, code);
}

/** Puts a person of this phone's own list into the page's card. */
function introduce(card, { name, initials, headline, company, shared }) {
  const find = (what) => card.querySelector(`[data-${what}]`);
  const about = [headline, company].filter(Boolean).join(", ");
  find("who").textContent = name;
  find("about").textContent = about;
  find("about").hidden = !about;
  find("kept").hidden = true;
  const ring = find(shared.length ? "tied" : "untied");
  ring.hidden = false;
  ring.querySelector("text").textContent = initials;
  find("stage").hidden = false;
  find("shared").replaceChildren(
    ...shared.map((line) => Object.assign(document.createElement("p"), { textContent: line })),
  );
}
