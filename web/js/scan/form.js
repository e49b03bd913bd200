const NOTE_REST_MS = 800;

/**
 * The intents and the note of the card in the slot, whichever card that is: the server's, or the
 * page's own while there is no network. Calls `save` with each edit: a chip at once, the note when
 * its typing rests or it loses the focus.
 */
export class CardForm {
  #slot;
  #save;
  #saved = "";
  #timer = 0;

  /**
   * @param {HTMLElement} slot
   * @param {(edit: {note: string, intents: string[]}, floor: number) => void} save `floor` is the
   *   edited_sequence that the server already has
   */
  constructor(slot, save) {
    this.#slot = slot;
    this.#save = save;
    slot.addEventListener("change", () => this.flush());
    slot.addEventListener("focusout", () => this.flush());
    slot.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.flush(), NOTE_REST_MS);
    });
    slot.addEventListener("submit", (event) => {
      if (event.target !== this.#form) return;
      event.preventDefault();
      this.flush();
    });
  }

  get #form() {
    return this.#slot.querySelector('[name="intents"], [name="note"]')?.form ?? null;
  }

  /** Starts with the form now in the slot, filled with what the person has chosen before. */
  take(edit) {
    clearTimeout(this.#timer);
    const form = this.#form;
    if (!form) return;
    // Another device may have written later what the server shows.
    if (edit && edit.edited_sequence >= sequenceOf(form)) {
      for (const box of form.querySelectorAll('[type="checkbox"][name="intents"]')) {
        box.checked = edit.intents.includes(box.value);
      }
      if (form.elements.note) form.elements.note.value = edit.note;
    }
    this.#saved = JSON.stringify(values(form));
  }

  /** Saves at once what is not saved yet. */
  flush() {
    clearTimeout(this.#timer);
    const form = this.#form;
    if (!form) return;
    const edit = values(form);
    const text = JSON.stringify(edit);
    if (text === this.#saved) return;
    this.#saved = text;
    this.#save(edit, sequenceOf(form));
  }
}

const sequenceOf = (form) => Number(form.elements.edited_sequence?.value) || 0;

function values(form) {
  const data = new FormData(form);
  const intents = data.getAll("intents").map((one) => one.trim()).filter(Boolean);
  return { note: String(data.get("note") ?? ""), intents: [...new Set(intents)] };
}
