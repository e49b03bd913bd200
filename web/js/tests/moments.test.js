import assert from "node:assert/strict";
import { test } from "node:test";

import { dayOf, lately, momentOf, timeOf } from "../offline/moments.js";

const AT = new Date(2026, 10, 29, 16, 5);

test("a moment is written as on the pages of the server", () => {
  assert.equal(timeOf(AT), "16:05");
  assert.equal(dayOf(AT), "29 November 2026");
  assert.equal(momentOf(AT), "29 November 2026, 16:05");
});

test("of today the time is enough", () => {
  assert.equal(lately(AT, new Date(2026, 10, 29, 23, 0)), "16:05");
  assert.equal(lately(AT, new Date(2026, 10, 30, 1, 0)), "29 November 2026, 16:05");
});
