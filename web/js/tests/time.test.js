import assert from "node:assert/strict";
import { test } from "node:test";
import { rfc3339 } from "../scan/time.js";

const at = new Date(Date.UTC(2026, 10, 23, 9, 42, 7, 123));

test("a time is written in the device's own offset", () => {
  assert.equal(rfc3339(at, 60), "2026-11-23T10:42:07.123+01:00");
  assert.equal(rfc3339(at, -210), "2026-11-23T06:12:07.123-03:30");
  assert.equal(rfc3339(at, 0), "2026-11-23T09:42:07.123+00:00");
});

test("an offset carries over midnight and the year's end", () => {
  const late = new Date(Date.UTC(2026, 11, 31, 23, 30));
  assert.equal(rfc3339(late, 60), "2027-01-01T00:30:00.000+01:00");
});

test("whatever the offset, the same moment is read back", () => {
  for (let offset = -12 * 60; offset <= 14 * 60; offset += 15) {
    assert.equal(Date.parse(rfc3339(at, offset)), at.getTime(), String(offset));
  }
  assert.equal(Date.parse(rfc3339(at)), at.getTime());
});
