import assert from "node:assert/strict";
import { test } from "node:test";
import { boxFile, isSettled, makeEntry, mayGo, merged, readBoxFile, readRecord } from "../queue/entries.js";

const DAY_MS = 24 * 60 * 60_000;
const ID = "00000000-0000-4000-8000-000000000001";

/** Mulberry32: the same entries at each run. */
function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = (random, choices) => choices[Math.floor(random() * choices.length)];

function anyEntry(random) {
  const sequence = pick(random, [null, 1, 2, 3]);
  const scan = { id: ID, code: "A", scanned_at: "2026-11-23T10:42:07+01:00" };
  return {
    ...makeEntry(scan, { owner: pick(random, [null, "ana"]), device: "d" }),
    order: Math.floor(random() * 9),
    state: pick(random, ["waiting", "safe", "refused"]),
    edit: sequence && { note: `n${sequence}`, intents: [], edited_sequence: sequence },
    editSent: random() < 0.5,
    retracted: random() < 0.5,
    retractionSent: random() < 0.5,
  };
}

test("two records of one scan merge into one that is no less safe and has the later edit", () => {
  const random = seeded(7);
  const rank = { refused: 0, waiting: 1, safe: 2 };
  const sequence = (entry) => entry.edit?.edited_sequence ?? -1;
  for (let runs = 0; runs < 2_000; runs += 1) {
    const [mine, theirs] = [anyEntry(random), anyEntry(random)];
    const both = merged(mine, theirs);
    assert.equal(readRecord(both).kind, "entry");
    assert.equal(rank[both.state], Math.max(rank[mine.state], rank[theirs.state]));
    assert.equal(sequence(both), Math.max(sequence(mine), sequence(theirs)));
    assert.equal(both.order, mine.order);
    assert.deepEqual(merged(both, theirs), both, "merging the same again changes nothing");
    assert.deepEqual(merged(mine, mine), mine);
    if (!mine.retractionSent) assert.equal(both.retracted, mine.retracted);
  }
});

test("whatever stands in the store is an entry, newer or broken, and never an error", () => {
  const random = seeded(11);
  const junk = [null, 5, "x", [], {}, { a: 1 }, undefined, NaN, true, -1, { id: ID }];
  for (let runs = 0; runs < 5_000; runs += 1) {
    const record = anyEntry(random);
    record[pick(random, Object.keys(record))] = pick(random, junk);
    assert.ok(["entry", "newer", "broken"].includes(readRecord(record).kind));
    assert.doesNotThrow(() => readBoxFile(boxFile([record])));
  }
  for (const odd of junk) assert.equal(readRecord(odd).kind, "broken");
});

test("a record of the version before is understood, a newer one's is not touched", () => {
  const { version, owner: _, safeAt: __, ...old } = anyEntry(seeded(3));
  const { kind, entry } = readRecord(old);
  assert.deepEqual([kind, entry.version, entry.owner, version], ["entry", 2, null, 2]);
  assert.equal(readRecord({ ...old, version: 3 }).kind, "newer");
});

test("only what is safe and finished goes by itself, and only after days", () => {
  const entry = { ...anyEntry(seeded(5)), state: "safe", safeAt: 0, editSent: true, retractionSent: true };
  assert.equal(mayGo(entry, 2 * DAY_MS), false);
  assert.equal(mayGo(entry, 4 * DAY_MS), true);
  for (const open of [
    { state: "waiting" }, { state: "refused" }, { editSent: false }, { retractionSent: false },
    { problem: "Too long." },
  ]) {
    assert.equal(mayGo({ ...entry, ...open }, 400 * DAY_MS), false);
  }
});

test("a file holds everything that is not settled, and comes back as it was", () => {
  const random = seeded(13);
  const records = [...Array(200)].map((_, index) => {
    const id = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
    const entry = anyEntry(random);
    return { ...entry, id, scan: { ...entry.scan, id } };
  });
  const { entries, lost } = readBoxFile(boxFile(records));
  assert.equal(lost, 0);
  assert.deepEqual(entries, records.filter((entry) => !isSettled(entry)));
});
