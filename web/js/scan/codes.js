const SHORT_CODE = /^[0-9A-HJKMNP-TV-Z]{8}$/;

/**
 * The eight Crockford characters of a typed short code, or null where the text is something else.
 * Case, spaces and dashes do not count; I and L are 1, O is 0.
 * @param {string} text
 * @returns {string | null}
 */
export function shortCode(text) {
  const bare = text.replace(/[\s\p{Dash}]/gu, "").toUpperCase().replace(/[IL]/g, "1").replace(/O/g, "0");
  return SHORT_CODE.test(bare) ? bare : null;
}

/**
 * What a person typed or pasted, as the code of a scan. Decoded codes do not pass here: a foreign
 * code is kept to the letter, or it would not be recognised the next time.
 * @param {string} text
 * @returns {string} empty where there is nothing
 */
export function typedCode(text) {
  return shortCode(text) ?? text.trim();
}

/**
 * Puts the hyphen into a short code when its eighth character arrives, and takes it out again when
 * more follows (a keyboard-wedge scanner types an address into the same field).
 * @param {string} value of the field
 * @param {boolean} hyphenated whether the hyphen in it is ours
 * @returns {{value: string, hyphenated: boolean}}
 */
export function hyphenate(value, hyphenated) {
  const own = hyphenated && value[4] === "-" ? value.slice(0, 4) + value.slice(5) : value;
  if (!/^[0-9A-Za-z]{8}$/.test(own) || !shortCode(own)) return { value: own, hyphenated: false };
  return { value: `${own.slice(0, 4)}-${own.slice(4)}`.toUpperCase(), hyphenated: true };
}
