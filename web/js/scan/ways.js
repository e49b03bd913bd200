import { hyphenate, typedCode } from "./codes.js";
import { meansSomebody } from "./typed.js";
import { WedgeReader } from "./wedge.js";

const FIELDS = "input:not([type=checkbox], [type=radio], [type=file]), textarea, select";
const SHORTCUT_REST_MS = 80;

const inField = () => Boolean(document.activeElement?.matches(FIELDS));

/**
 * Typing or pasting: the form that posts by itself where there is no JavaScript.
 * @param {(code: string) => void} take
 * @param {(wrong: boolean) => void} tell whether what was typed means nobody
 */
export function listenToForm(form, take, tell) {
  const field = form.elements.code;
  const wedge = new WedgeReader();
  let ours = false;
  let isScanned = false;
  field.addEventListener("keydown", ({ key, timeStamp }) => {
    isScanned = wedge.press(key, timeStamp) !== null;
  });
  field.addEventListener("input", (event) => {
    tell(false);
    if (event.inputType?.startsWith("delete")) return void (ours = false);
    const next = hyphenate(field.value, ours);
    ours = next.hyphenated;
    if (next.value !== field.value) field.value = next.value;
  });
  form.addEventListener("submit", async (event) => {
    const code = typedCode(field.value);
    event.preventDefault();
    // A hand-held scanner reads to the letter, as the camera does; fingers slip.
    if (!code || !(isScanned || (await meansSomebody(code)))) {
      tell(true);
      return field.focus();
    }
    field.value = "";
    // The phone's keyboard must give way to the card.
    field.blur();
    take(code);
  });
}

/** A photo of a badge: read on the device, sent nowhere, forgotten at once. */
export function listenToPhoto(input, decoder, take, failed) {
  input.addEventListener("change", async () => {
    const [photo] = input.files;
    if (!photo) return;
    const codes = await decoder().read(photo).catch(() => null);
    input.value = "";
    if (codes?.length) take(codes);
    else failed(codes ? "no-code-in-photo" : "photo-unreadable");
  });
}

/**
 * Keys anywhere on the page: a keyboard-wedge scanner's burst while no field has the focus, and
 * the shortcuts.
 * @param {(code: string) => void} take
 * @param {Record<string, () => void>} shortcuts by key in lower case
 */
export function listenToKeys(take, shortcuts) {
  const wedge = new WedgeReader();
  let timer = 0;
  // Capturing, so that the Enter that ends a burst presses no focused button.
  const pressed = (event) => {
    clearTimeout(timer);
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return shortcuts.escape();
    if (inField()) return;
    const code = wedge.press(event.key, event.timeStamp);
    if (code || wedge.inBurst) event.preventDefault();
    if (code) return take(typedCode(code));
    const shortcut = shortcuts[event.key.toLowerCase()];
    // A burst may begin with the letter of a shortcut.
    if (shortcut && !wedge.inBurst) timer = setTimeout(shortcut, SHORTCUT_REST_MS);
  };
  document.addEventListener("keydown", pressed, { capture: true });
}
