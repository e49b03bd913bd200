import assert from "node:assert/strict";
import { test } from "node:test";
import { aimedAt, Sightings } from "../scan/sightings.js";

test("a badge held in view is one scan, however long it is held", () => {
  const sightings = new Sightings();
  const news = Array.from({ length: 300 }, (_, second) => sightings.isNew("A", second * 1000));
  assert.equal(news.filter(Boolean).length, 1);
});

test("a badge that comes back is new only after it was away for more than five seconds", () => {
  const sightings = new Sightings();
  assert.equal(sightings.isNew("A", 0), true);
  assert.equal(sightings.isNew("A", 5_000), false);
  assert.equal(sightings.isNew("A", 10_001), true);
});

test("another badge is taken at once, and two in turn are two scans", () => {
  const sightings = new Sightings();
  const turns = ["A", "B", "A", "B", "A"].map((code, index) => sightings.isNew(code, index * 30));
  assert.deepEqual(turns, [true, true, false, false, false]);
});

test("of several badges in view the one nearest to the middle is aimed at", () => {
  const near = { text: "near", x: 0.55, y: 0.4 };
  assert.equal(aimedAt([{ text: "edge", x: 0.1, y: 0.9 }, near, { text: "far", x: 0.9, y: 0.5 }]), near);
  assert.equal(aimedAt([]), null);
});
