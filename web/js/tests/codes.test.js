import assert from "node:assert/strict";
import { test } from "node:test";
import { hyphenate, shortCode, typedCode } from "../scan/codes.js";

/** What a field holds after each of these characters was typed at its end. */
function typed(text) {
  let state = { value: "", hyphenated: false };
  for (const character of text) state = hyphenate(state.value + character, state.hyphenated);
  return state.value;
}

test("a short code is read however it is spaced, cased or misread", () => {
  for (const text of ["7F3C9Q2K", "7f3c-9q2k", " 7f3c 9q2k\n", "7F3C–9Q2K"]) {
    assert.equal(shortCode(text), "7F3C9Q2K");
  }
  assert.equal(shortCode("oilO-1234"), "01101234");
});

test("a text that is not eight Crockford characters is no short code", () => {
  for (const text of ["", "7F3C9Q2", "7F3C9Q2KA", "7F3C9Q2U", "7F3C_9Q2", "https://"]) {
    assert.equal(shortCode(text), null, text);
  }
});

test("anything else that is typed is sent as it is, without the space around it", () => {
  assert.equal(typedCode(" https://example.org/b/ABC \n"), "https://example.org/b/ABC");
  assert.equal(typedCode("7f3c-9q2k"), "7F3C9Q2K");
  assert.equal(typedCode("   "), "");
});

test("the hyphen appears with the eighth character", () => {
  assert.equal(typed("7f3c9q2"), "7f3c9q2");
  assert.equal(typed("7f3c9q2k"), "7F3C-9Q2K");
});

test("a longer text loses our hyphen again and keeps its own", () => {
  assert.equal(typed("ABCDEFGHJ"), "ABCDEFGHJ");
  assert.equal(typed("HTTPS://EXAMPLE.ORG/B/7F3C"), "HTTPS://EXAMPLE.ORG/B/7F3C");
  assert.equal(typed("abcd-efgh-jk"), "abcd-efgh-jk");
});
