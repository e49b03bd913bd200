import assert from "node:assert/strict";
import { test } from "node:test";
import { WedgeReader } from "../scan/wedge.js";

function press(keys, gap, reader = new WedgeReader(), start = 0) {
  return keys.map((key, index) => reader.press(key, start + index * gap)).at(-1);
}

test("a burst of keys that ends with Enter or Tab is a code", () => {
  assert.equal(press([..."7F3C9Q2K", "Enter"], 8), "7F3C9Q2K");
  assert.equal(press([..."7F3C9Q2K", "Tab"], 8), "7F3C9Q2K");
});

test("the Shift keys of an upper-case address do not break the burst", () => {
  const keys = [..."HTTPS://A.ORG/B/7"].flatMap((key) => ["Shift", key]);
  assert.equal(press([...keys, "Enter"], 10), "HTTPS://A.ORG/B/7");
});

test("a person who types is no scanner", () => {
  assert.equal(press([..."7F3C9Q2K", "Enter"], 120), null);
});

test("a burst that is too short, and Enter by itself, are nothing", () => {
  assert.equal(press([..."7F3C9", "Enter"], 8), null);
  assert.equal(press(["Enter"], 8), null);
});

test("Enter long after a burst belongs to the person", () => {
  const reader = new WedgeReader();
  press([..."7F3C9Q2K"], 8, reader);
  assert.equal(reader.press("Enter", 5_000), null);
});

test("two bursts are two codes, and old keys do not get into the next one", () => {
  const reader = new WedgeReader();
  reader.press("x", 0);
  assert.equal(press([..."AAAA1111", "Enter"], 8, reader, 1_000), "AAAA1111");
  assert.equal(press([..."BBBB2222", "Enter"], 8, reader, 1_100), "BBBB2222");
});
