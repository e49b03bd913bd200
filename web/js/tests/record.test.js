import assert from "node:assert/strict";
import { test } from "node:test";
import { fleetingStorage, lastingStorage, Recorder } from "../scan/record.js";

test("the device keeps its name and counts on over visits", () => {
  const storage = fleetingStorage();
  const first = new Recorder(storage);
  const sequences = [first.nextSequence(), first.nextSequence()];
  const second = new Recorder(storage);
  assert.equal(second.device, first.device);
  assert.deepEqual([...sequences, second.nextSequence()], [1, 2, 3]);
});

test("a number is above the one that the server has", () => {
  const recorder = new Recorder(fleetingStorage());
  assert.equal(recorder.nextSequence(41), 42);
  assert.equal(recorder.nextSequence(7), 43);
});

test("a broken counter starts again instead of spoiling a scan", () => {
  const storage = fleetingStorage();
  storage.setItem("firsthand.sequence", "many");
  assert.equal(new Recorder(storage).nextSequence(), 1);
});

test("each scan has an id of its own, its time and its event", () => {
  const recorder = new Recorder(fleetingStorage(), () => new Date(1_800_000_000_000));
  const [one, two] = [recorder.scan("A", "sea"), recorder.scan("A", null)];
  assert.match(one.id, /^[0-9a-f-]{36}$/);
  assert.notEqual(one.id, two.id);
  assert.equal(Date.parse(one.scanned_at), 1_800_000_000_000);
  assert.doesNotMatch(one.scanned_at, /Z$/);
  assert.deepEqual([one.event, two.event, two.sequence], ["sea", null, 2]);
});

test("a phone that is full still takes scans, and writes down again once there is room", () => {
  const written = new Map();
  let isFull = false;
  globalThis.localStorage = {
    getItem: (key) => written.get(key) ?? null,
    setItem: (key, value) => {
      if (isFull) throw new DOMException("", "QuotaExceededError");
      written.set(key, value);
    },
    removeItem: (key) => void written.delete(key),
  };
  const recorder = new Recorder(lastingStorage());
  const numbers = [recorder.scan("A", null).sequence];
  isFull = true;
  numbers.push(recorder.scan("B", null).sequence, recorder.scan("C", null).sequence);
  isFull = false;
  numbers.push(recorder.scan("D", null).sequence);
  assert.deepEqual(numbers, [1, 2, 3, 4]);
  assert.equal(written.get("firsthand.sequence"), "4");
  delete globalThis.localStorage;
});
