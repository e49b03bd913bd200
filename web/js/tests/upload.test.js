import assert from "node:assert/strict";
import { test } from "node:test";
import { ScanQueue, waitAfter } from "../scan/upload.js";

const scan = (id, code = "A") => ({ id, code, scanned_at: "2026-11-23T10:42:07.123+01:00" });
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A queue whose server answers by `answer`; `asked` is what it was asked, `later` what waits. */
function rig(answer) {
  const asked = [];
  const later = [];
  const send = async (method, path, body) => {
    asked.push([method, path, body]);
    return answer(method, path, body, asked.length);
  };
  const queue = new ScanQueue("device", { send, later: (run) => later.push(run) });
  return { queue, asked, later };
}

const recorded = (_, __, body) => ({
  kind: "done",
  data: body?.scans
    ? { results: body.scans.map(({ id }) => ({ id, outcome: "recorded", meeting: `m-${id}` })) }
    : { id: "m" },
});

test("a scan is safe only after the server's answer", async () => {
  let answer;
  const { queue } = rig((...args) => new Promise((resolve) => (answer = () => resolve(recorded(...args)))));
  const entry = await queue.add(scan("a"));
  assert.equal(entry.state, "waiting");
  assert.equal(queue.unsent.length, 1);
  answer();
  await settled();
  assert.deepEqual([entry.state, entry.meeting, queue.unsent.length], ["safe", "m-a", 0]);
});

test("a duplicate is safe too, and an invalid one is kept with its reason", async () => {
  const outcomes = { a: ["duplicate", null], b: ["invalid", "This is your own badge."] };
  const { queue } = rig((_, __, { scans }) => ({
    kind: "done",
    data: {
      results: scans.map(({ id }) => ({ id, outcome: outcomes[id][0], problem: outcomes[id][1] })),
    },
  }));
  const [a, b] = [await queue.add(scan("a")), await queue.add(scan("b"))];
  await settled();
  assert.equal(a.state, "safe");
  assert.deepEqual([b.state, b.problem], ["refused", "This is your own badge."]);
  assert.equal(queue.entries.length, 2);
});

test("what is scanned while a request is under way goes along in the next one, in order", async () => {
  const { queue, asked } = rig(recorded);
  for (const id of ["a", "b", "c"]) queue.add(scan(id));
  await settled();
  const sent = asked.flatMap(([, , { scans }]) => scans.map(({ id }) => id));
  assert.deepEqual(sent, ["a", "b", "c"]);
});

test("without a network everything waits, and is sent once when it returns", async () => {
  let online = false;
  const { queue, asked, later } = rig((...args) =>
    online ? recorded(...args) : { kind: "unreachable" },
  );
  const [a, b] = [await queue.add(scan("a")), await queue.add(scan("b"))];
  await settled();
  assert.deepEqual([a.state, b.state], ["waiting", "waiting"]);
  assert.ok(later.length > 0, "it tries again by itself");
  online = true;
  asked.length = 0;
  await queue.drain();
  assert.deepEqual([a.state, b.state, asked.length], ["safe", "safe", 1]);
});

test("signed out, scans wait and the page can say so", async () => {
  let signedIn = false;
  const { queue } = rig((...args) => (signedIn ? recorded(...args) : { kind: "signed-out" }));
  const entry = await queue.add(scan("a"));
  await settled();
  assert.deepEqual([entry.state, queue.signedOut], ["waiting", true]);
  signedIn = true;
  await queue.drain();
  assert.deepEqual([entry.state, queue.signedOut], ["safe", false]);
});

test("one scan that the server cannot read does not hold up the others", async () => {
  const { queue } = rig((method, path, body) =>
    body.scans.some(({ code }) => code === "bad")
      ? { kind: "refused", problem: "Unreadable." }
      : recorded(method, path, body),
  );
  const entries = ["good", "bad", "good"].map((code, index) => queue.add(scan(String(index), code)));
  const [first, second, third] = await Promise.all(entries);
  await settled();
  assert.deepEqual([first.state, second.state, third.state], ["safe", "refused", "safe"]);
});

test("an answer that leaves a scan out leaves it waiting", async () => {
  const { queue, later } = rig(() => ({ kind: "done", data: { results: [] } }));
  const entry = await queue.add(scan("a"));
  await settled();
  assert.deepEqual([entry.state, later.length], ["waiting", 1]);
});

test("an edit and an undo made before the scan is safe follow it", async () => {
  let online = false;
  const { queue, asked } = rig((...args) => (online ? recorded(...args) : { kind: "unreachable" }));
  const entry = await queue.add(scan("a"));
  await queue.edit(entry, { note: "", intents: ["coffee"], edited_sequence: 2 });
  await queue.edit(entry, { note: "x", intents: ["coffee"], edited_sequence: 3 });
  await queue.retract(entry, true);
  await settled();
  online = true;
  asked.length = 0;
  await queue.drain();
  assert.deepEqual(
    asked.map(([method, path]) => `${method} ${path}`),
    ["POST /api/v1/scans", "PATCH /api/v1/scans/a", "PUT /api/v1/scans/a/retraction"],
  );
  assert.deepEqual(asked[1][2], { note: "x", intents: ["coffee"], edited_sequence: 3 });
  assert.equal(queue.unsent.length, 0);
});

test("an edit made while an older one is on its way is sent after it", async () => {
  let release;
  const { queue, asked } = rig((method, ...rest) =>
    method === "PATCH" && !release
      ? new Promise((resolve) => (release = () => resolve({ kind: "done", data: {} })))
      : recorded(method, ...rest),
  );
  const entry = await queue.add(scan("a"));
  await settled();
  await queue.edit(entry, { note: "1", intents: [], edited_sequence: 2 });
  await queue.edit(entry, { note: "2", intents: [], edited_sequence: 3 });
  release();
  await settled();
  assert.deepEqual(asked.filter(([method]) => method === "PATCH").map(([, , edit]) => edit.note), ["1", "2"]);
  assert.equal(queue.unsent.length, 0);
});

test("undo can be taken back", async () => {
  const { queue, asked } = rig(recorded);
  const entry = await queue.add(scan("a"));
  await settled();
  await queue.retract(entry, true);
  await settled();
  await queue.retract(entry, false);
  await settled();
  assert.deepEqual(asked.slice(1).map(([method]) => method), ["PUT", "DELETE"]);
});

test("a refused edit says why and does not come again", async () => {
  const { queue, asked } = rig((method, ...rest) =>
    method === "PATCH" ? { kind: "refused", problem: "Too long." } : recorded(method, ...rest),
  );
  const entry = await queue.add(scan("a"));
  await queue.edit(entry, { note: "x", intents: [], edited_sequence: 2 });
  await settled();
  await queue.drain();
  assert.deepEqual([entry.problem, queue.unsent.length], ["Too long.", 0]);
  assert.equal(asked.filter(([method]) => method === "PATCH").length, 1);
});

test("what the store has kept is sent when the queue opens", async () => {
  const kept = {
    scan: scan("a"), state: "waiting", problem: "", meeting: null, contact: null,
    edit: null, editSent: true, retracted: false, retractionSent: true,
  };
  const store = { all: async () => [kept], put: async () => {} };
  const queue = new ScanQueue("device", { store, send: async (...args) => recorded(...args) });
  await queue.open();
  await settled();
  assert.equal(kept.state, "safe");
});

test("the wait doubles to a minute, with jitter", () => {
  const waits = [1, 2, 3, 4, 5, 6, 20].map((failures) => waitAfter(failures, () => 0.5));
  assert.deepEqual(waits, [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  assert.deepEqual([waitAfter(1, () => 0), waitAfter(1, () => 1)], [1_500, 2_500]);
});
