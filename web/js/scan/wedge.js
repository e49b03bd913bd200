const MAX_GAP_MS = 100;
const MIN_LENGTH = 6;

/**
 * Tells a keyboard-wedge scanner from a person: it types at least six characters, each within
 * 100 ms of the one before, and ends with Enter (or Tab, as some are set up).
 */
export class WedgeReader {
  #text = "";
  #at = -Infinity;

  /** Whether the last key belongs to a burst, so that it must not press a focused button. */
  get inBurst() {
    return this.#text.length > 1;
  }

  /**
   * @param {string} key as KeyboardEvent.key
   * @param {number} at milliseconds of a monotone clock
   * @returns {string | null} the code when this key completes one
   */
  press(key, at) {
    const late = at - this.#at > MAX_GAP_MS;
    this.#at = at;
    if (key === "Enter" || key === "Tab") {
      const text = late ? "" : this.#text;
      this.#text = "";
      return text.length >= MIN_LENGTH ? text : null;
    }
    // Shift comes as a key of its own between the characters of an upper-case code.
    if ([...key].length !== 1) return null;
    this.#text = late ? key : this.#text + key;
    return null;
  }
}
