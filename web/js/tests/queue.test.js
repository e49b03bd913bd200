import assert from "node:assert/strict";
import { test } from "node:test";
import { drain } from "../queue/drain.js";
import { makeEntry } from "../queue/entries.js";
import { ScanQueue, waitAfter } from "../queue/queue.js";
import { Full, memoryStore } from "../queue/store.js";

const ANA = "0190a1b2-0000-7000-8000-000000000001";
const BEN = "0190a1b2-0000-7000-8000-000000000002";
const uuid = (name) => `00000000-0000-4000-8000-${Buffer.from(name).toString("hex").padStart(12, "0")}`;
const nameOf = (id) => Buffer.from(id.slice(-12).replace(/^(00)+/, ""), "hex").toString();
const scan = (name, code = "A") => ({
  id: uuid(name), code, scanned_at: "2026-11-23T10:42:07.123+01:00",
});

/** Once nothing more happens by itself. */
async function settled() {
  const turns = async () => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  await turns();
  // Timers go off in their order: after this one, what was put off is under way.
  await new Promise((resolve) => setTimeout(resolve));
  await turns();
}

/** A queue whose server answers by `answer`; `asked` is what it was asked, `later` what waits. */
function rig(answer, { store = memoryStore(), account = ANA } = {}) {
  const asked = [];
  const later = [];
  const send = async (method, path, body, owner) => {
    asked.push([method, path, body, owner]);
    return answer(method, path, body, owner);
  };
  const queue = new ScanQueue("device", { store, send, account, later: (run) => later.push(run) });
  return { queue, asked, later, store };
}

const recorded = (_, __, body) => ({
  kind: "done",
  data: body?.scans
    ? { results: body.scans.map(({ id }) => ({ id, outcome: "recorded", meeting: `m-${nameOf(id)}` })) }
    : { id: "m" },
});

test("a scan is safe only after the server's answer", async () => {
  let answer;
  const { queue } = rig((...args) => new Promise((resolve) => (answer = () => resolve(recorded(...args)))));
  const entry = await queue.add(scan("a"));
  await settled();
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
      results: scans.map(({ id }) => {
        const [outcome, problem] = outcomes[nameOf(id)];
        return { id, outcome, problem };
      }),
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
  const sent = asked.flatMap(([, , { scans }]) => scans.map(({ id }) => nameOf(id)));
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
  assert.deepEqual([a.scan.code, b.scan.code], ["", ""], "a foreign code is forgotten once safe");
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
    ["POST /api/v1/scans", `PATCH /api/v1/scans/${uuid("a")}`, `PUT /api/v1/scans/${uuid("a")}/retraction`],
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
  await settled();
  await queue.edit(entry, { note: "2", intents: [], edited_sequence: 3 });
  release();
  await settled();
  assert.deepEqual(asked.filter(([method]) => method === "PATCH").map(([, , edit]) => edit.note), ["1", "2"]);
  assert.equal(queue.unsent.length, 0);
});

test("changes of several scans go at once, those of one in their order", async () => {
  const waiting = [];
  const { queue, asked } = rig((method, ...rest) =>
    method === "POST"
      ? recorded(method, ...rest)
      : new Promise((resolve) => waiting.push(() => resolve({ kind: "done", data: {} }))),
  );
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const entries = [];
  for (const name of names) entries.push(await queue.add(scan(name)));
  await settled();
  asked.length = 0;
  const edit = { note: "1", intents: [], edited_sequence: 9 };
  await Promise.all(entries.map((entry) => queue.edit(entry, edit)));
  await Promise.all(entries.map((entry) => queue.retract(entry, true)));
  await settled();
  let most = 0;
  while (waiting.length) {
    most = Math.max(most, waiting.length);
    waiting.shift()();
    await settled();
  }
  assert.equal(most, 6);
  assert.equal(queue.unsent.length, 0);
  for (const id of names.map(uuid)) {
    const methods = asked.filter(([, path]) => path.includes(id)).map(([method]) => method);
    assert.deepEqual(methods, ["PATCH", "PUT"]);
  }
});

test("an expired session ends all that is sent at once, and nothing of it is lost", async () => {
  let isOut = false;
  const { queue, asked } = rig((...args) => (isOut ? { kind: "signed-out" } : recorded(...args)));
  const entries = [];
  for (let number = 0; number < 20; number += 1) entries.push(await queue.add(scan(`s${number}`)));
  await settled();
  isOut = true;
  asked.length = 0;
  const edit = { note: "1", intents: [], edited_sequence: 9 };
  await Promise.all(entries.map((entry) => queue.edit(entry, edit)));
  await settled();
  // One round, and one more for what was edited during the first.
  assert.ok(asked.length <= 12, `${asked.length} requests`);
  assert.equal(queue.unsent.length, 20);
  assert.ok(queue.signedOut);
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

test("what the store has kept is sent when the queue opens, also by the version before", async () => {
  const store = memoryStore();
  const old = {
    scan: scan("a"), state: "waiting", problem: "", meeting: null, contact: null,
    edit: null, editSent: true, retracted: false, retractionSent: true,
  };
  await store.add([{ ...old, id: uuid("a") }]);
  const { queue } = rig(recorded, { store });
  await queue.open();
  assert.equal(queue.unowned.length, 1, "nobody was asked whose it is");
  await queue.own();
  await settled();
  assert.deepEqual([queue.entries[0].state, queue.unowned.length], ["safe", 0]);
});

test("broken and newer records hold nothing up and are left as they are", async () => {
  const store = memoryStore();
  const odd = [{ id: "x", scan: 5 }, { id: uuid("n"), version: 99, wonder: true }];
  await store.add(odd);
  const { queue } = rig(recorded, { store });
  await queue.open();
  await queue.add(scan("a"));
  await settled();
  assert.equal(queue.entries[0].state, "safe");
  const { broken, newer } = queue.unreadable;
  assert.deepEqual([broken.length, newer.length, newer[0].wonder], [1, 1, true]);
  assert.deepEqual((await store.all()).filter((raw) => raw.wonder).length, 1);
  assert.match(await queue.file(), /wonder/);
});

test("scans are sent only as their owner's, and another account's wait", async () => {
  const store = memoryStore();
  const away = rig(() => ({ kind: "unreachable" }), { store });
  await away.queue.add(scan("a"));
  const { queue, asked } = rig(
    (method, path, body, owner) => (owner === BEN ? recorded(method, path, body) : { kind: "another" }),
    { store, account: BEN },
  );
  await queue.open();
  await queue.add(scan("b"));
  await settled();
  assert.deepEqual(queue.entries.map(({ id, state }) => [nameOf(id), state]), [["b", "safe"]]);
  assert.equal(queue.ofOthers, 1);
  for (const [, , { scans }, owner] of asked) {
    assert.deepEqual(scans.map(({ id }) => nameOf(id)), [owner === BEN ? "b" : "a"]);
  }
});

test("scanned signed out, nothing is sent before somebody says that it is theirs", async () => {
  const store = memoryStore();
  const nobody = rig(recorded, { store, account: null });
  await nobody.queue.add(scan("a"));
  const { queue, asked } = rig(recorded, { store });
  await queue.open();
  await settled();
  assert.deepEqual([nobody.asked.length, asked.length], [0, 0]);
  await queue.own();
  await settled();
  assert.deepEqual([asked.length, asked[0][3], queue.unsent.length], [1, ANA, 0]);
});

test("a refused scan is mended under a name of its own, in its place, with its note", async () => {
  const { queue, asked } = rig((method, path, body) => {
    if (body?.scans?.[0].code !== "bad") return recorded(method, path, body);
    return { kind: "done", data: { results: [{ id: body.scans[0].id, outcome: "invalid", problem: "No." }] } };
  });
  const entry = await queue.add(scan("a", "bad"));
  await settled();
  await queue.edit(entry, { note: "tall", intents: [], edited_sequence: 7 });
  await settled();
  assert.deepEqual([entry.state, entry.problem], ["refused", "No."]);
  const mended = await queue.mend(entry, "good");
  await settled();
  assert.notEqual(mended.id, entry.id);
  assert.equal(mended.scan.scanned_at, entry.scan.scanned_at);
  assert.deepEqual(queue.entries.map(({ id, state }) => [id, state]), [[mended.id, "safe"]]);
  assert.equal(asked.at(-1)[2].note, "tall");
});

test("sent again, a refused scan is judged again under the same name", async () => {
  let known = false;
  const { queue, asked } = rig((method, path, body) =>
    known ? recorded(method, path, body) : { kind: "refused", problem: "Unknown event." },
  );
  const entry = await queue.add(scan("a"));
  await settled();
  known = true;
  await queue.sendAgain(entry);
  await settled();
  assert.deepEqual([entry.state, entry.problem], ["safe", ""]);
  assert.equal(new Set(asked.map(([, , { scans }]) => scans[0].id)).size, 1);
});

test("the box goes into a file and back; reading it twice doubles nothing", async () => {
  const away = rig(() => ({ kind: "unreachable" }));
  for (const name of ["a", "b", "c"]) await away.queue.add(scan(name, name));
  await away.queue.edit(away.queue.entries[0], { note: "n", intents: ["call"], edited_sequence: 9 });
  const text = await away.queue.file();
  const { queue, asked } = rig(recorded);
  assert.deepEqual(await queue.readFile(text), { read: 3, lost: 0 });
  await settled();
  await queue.readFile(text);
  await settled();
  assert.deepEqual(queue.entries.map(({ id, state }) => [nameOf(id), state]), [["c", "safe"], ["b", "safe"], ["a", "safe"]]);
  assert.deepEqual(asked.map(([method]) => method), ["POST", "PATCH"]);
  assert.equal(await queue.readFile("{}"), null);
  assert.equal(await queue.readFile("not JSON"), null);
});

test("where nothing more fits, a scan is kept in the page and told so, and moves once there is room", async () => {
  const lasting = memoryStore();
  let full = true;
  const refuse = (act) => async (...args) => {
    if (full) throw new Full("full");
    return act(...args);
  };
  const store = { ...lasting, add: refuse(lasting.add), change: refuse(lasting.change) };
  const { queue } = rig(() => ({ kind: "unreachable" }), { store });
  const entry = await queue.add(scan("a"));
  await settled();
  assert.deepEqual([queue.store.isFleeting(entry.id), queue.store.trouble], [true, "full"]);
  await queue.edit(entry, { note: "x", intents: [], edited_sequence: 2 });
  await settled();
  full = false;
  await queue.drain();
  assert.deepEqual([queue.store.isFleeting(entry.id), queue.store.trouble], [false, ""]);
  assert.equal((await lasting.all())[0].edit.note, "x");
});

test("room that comes and goes while much is done at once loses nothing and doubles nothing", async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const lasting = memoryStore();
    let state = seed;
    const chance = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    let isFull = () => chance() < 0.5;
    const slow = (act, mayBeFull) => async (...args) => {
      for (let turns = chance() * 6; turns > 0; turns -= 1) await null;
      if (mayBeFull && isFull()) throw new Full("full");
      return act(...args);
    };
    const store = {
      all: slow(lasting.all), remove: slow(lasting.remove),
      add: slow(lasting.add, true), change: slow(lasting.change, true),
    };
    const { queue } = rig(() => ({ kind: "unreachable" }), { store });
    const names = [...Array(12).keys()].map((number) => `s${number}`);
    await Promise.all(
      names.map(async (name) => {
        const entry = await queue.add(scan(name));
        await Promise.all([queue.name(entry, name), queue.refresh(), queue.drain()]);
        assert.equal(queue.entries.filter(({ id }) => id === entry.id).length, 1);
      }),
    );
    isFull = () => false;
    await queue.drain();
    const kept = (await lasting.all()).map(({ id, name }) => [nameOf(id), name]);
    assert.deepEqual(kept.sort(), names.map((name) => [name, name]).sort(), `seed ${seed}`);
  }
});

test("a scan that breaks the server holds up no other and is tried again", async () => {
  const { queue, later } = rig((method, path, body) =>
    body.scans.some(({ code }) => code === "bad") ? { kind: "failed" } : recorded(method, path, body),
  );
  await Promise.all(["a", "bad", "c"].map((code) => queue.add(scan(code, code))));
  await settled();
  assert.deepEqual(queue.entries.map(({ state }) => state), ["safe", "waiting", "safe"]);
  assert.equal(later.length, 1);
});

test("two pages on one store send each scan once, whichever sends it", async () => {
  const store = memoryStore();
  const one = rig(recorded, { store });
  const two = rig(recorded, { store });
  await Promise.all([...Array(30).keys()].map((n) => (n % 2 ? one : two).queue.add(scan(`s${n}`))));
  await settled();
  await Promise.all([one.queue.refresh(), two.queue.refresh()]);
  assert.equal(one.queue.entries.filter(({ state }) => state === "safe").length, 30);
});

test("the wait doubles to a minute, with jitter", () => {
  const waits = [1, 2, 3, 4, 5, 6, 20].map((failures) => waitAfter(failures, () => 0.5));
  assert.deepEqual(waits, [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  assert.deepEqual([waitAfter(1, () => 0), waitAfter(1, () => 1)], [1_500, 2_500]);
});

test("the service worker sends without a page, and rejects where it has to be tried again", async () => {
  const store = memoryStore();
  await store.add([makeEntry(scan("a"), { owner: ANA, device: "d" }), makeEntry(scan("b"), { device: "d" })]);
  await assert.rejects(drain({ store, send: async () => ({ kind: "unreachable" }) }));
  await drain({ store, send: async () => ({ kind: "signed-out" }) });
  await drain({ store, send: async (...args) => recorded(...args) });
  const states = (await store.all()).map(({ id, state }) => [nameOf(id), state]);
  assert.deepEqual(states, [["a", "safe"], ["b", "waiting"]]);
});
