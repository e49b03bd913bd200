import assert from "node:assert/strict";
import { test } from "node:test";

import { Refusal, upload } from "../slimming/upload.js";
import { seeded } from "./zips.js";

const UPLOADS = "/api/v1/imports/uploads";
const IMPORTS = "/api/v1/imports";

/** A server behind a network that loses what `chance` says: requests, answers, pieces' ends. */
class Server {
  constructor(random, chance) {
    Object.assign(this, { random, chance, uploads: new Map(), imports: new Map(), begun: 0, received: 0 });
  }

  request = async (method, path, { json, body, offset, onSent }) => {
    const lost = { status: 0, answer: null };
    if (this.random() < this.chance) return lost;
    const reply = await this.answer(method, path, json, body, offset, onSent);
    return this.random() < this.chance ? lost : reply;
  };

  async answer(method, path, json, body, offset, onSent) {
    if (this.random() < this.chance / 2) return { status: 503, answer: null };
    if (method === "POST") return { status: 201, answer: this.item(this.begin(json)) };
    const id = path.slice(path.lastIndexOf("/") + 1);
    if (!path.startsWith(UPLOADS)) return { status: this.imports.has(id) ? 200 : 404, answer: { id } };
    const found = this.uploads.get(id);
    if (!found) return { status: 404, answer: null };
    if (method === "GET") return { status: 200, answer: this.item(found) };
    return this.append(found, body, offset, onSent);
  }

  begin({ files, mark }) {
    const size = files.reduce((total, file) => total + file.size, 0);
    for (const known of this.uploads.values()) if (known.mark === mark && known.size === size) return known;
    this.begun += 1;
    const made = { id: `upload-${this.begun}`, mark, size, bytes: [] };
    this.uploads.set(made.id, made);
    return made;
  }

  item = ({ id, size, bytes }) => ({ id, size, offset: bytes.length });

  async append(found, body, offset, onSent) {
    if (offset !== found.bytes.length) return { status: 409, answer: { detail: "not the next" } };
    const piece = new Uint8Array(await body.arrayBuffer());
    const cut = this.random() < this.chance ? Math.floor(this.random() * piece.length) : piece.length;
    found.bytes.push(...piece.slice(0, cut));
    this.received += cut;
    onSent(cut);
    if (cut < piece.length) return { status: 0, answer: null };
    if (found.bytes.length === found.size) {
      this.imports.set(found.id, found.bytes);
      this.uploads.delete(found.id);
    }
    return { status: 200, answer: this.item(found) };
  }
}

const filesOf = (random) =>
  Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) => ({
    name: `${index}.js`,
    blob: new Blob([Uint8Array.from({ length: random() * 3_000 }, () => random() * 256)]),
  }));

const run = (server, files, more = {}) =>
  upload(files, {
    mark: "m",
    request: server.request,
    pause: async () => {},
    onSent: () => {},
    onTrouble: () => {},
    ...more,
  });

test("whatever the network loses, the bytes arrive once and become one import", async () => {
  const random = seeded(17);
  for (let runs = 0; runs < 200; runs += 1) {
    const files = filesOf(random);
    const server = new Server(random, 0.3);
    const id = await run(server, files).catch((error) => error);
    // So many lost in a row that it gave up, and said so, is as good.
    if (id instanceof Refusal) continue;
    const whole = new Uint8Array(await new Blob(files.map(({ blob }) => blob)).arrayBuffer());
    assert.deepEqual(Uint8Array.from(server.imports.get(id)), whole);
    assert.equal(server.imports.size, 1);
    assert.equal(server.received, whole.length);
  }
});

test("nothing is sent twice over a good network, and the bar never passes the end", async () => {
  const random = seeded(19);
  const server = new Server(random, 0);
  const blob = new Blob([new Uint8Array(9_000_000)]);
  const sent = [];
  server.append = async (found, body, offset, onSent) => {
    found.bytes = { length: offset + body.size };
    onSent(body.size);
    return { status: 200, answer: { id: found.id, size: found.size, offset: found.bytes.length } };
  };
  await run(server, [{ name: "a.zip", blob }], { onSent: (bytes) => sent.push(bytes) });
  assert.deepEqual(sent, [...sent].sort((one, other) => one - other));
  assert.equal(sent.at(-1), blob.size);
});

test("an upload that the server has forgotten begins again, and not for ever", async () => {
  const server = new Server(seeded(1), 0);
  const append = server.append.bind(server);
  let forgets = 2;
  server.append = async (found, ...rest) => {
    forgets -= 1;
    if (forgets < 0) return append(found, ...rest);
    server.uploads.delete(found.id);
    return { status: 404, answer: null };
  };
  const files = [{ name: "a.js", blob: new Blob(["abc"]) }];
  assert.equal(await run(server, files), "upload-3");
  forgets = Infinity;
  await assert.rejects(run(server, files), /cannot keep/);
});

for (const [status, detail, words] of [
  [413, "At most 2 GB can be sent at once.", /At most 2 GB/],
  [507, "There is no room for this upload just now.", /no room/],
  [401, "Sign in to see this.", /signed out/],
  [400, undefined, /did not work/],
]) {
  test(`a server that says ${status} is asked no more, and its words are shown`, async () => {
    let asked = 0;
    const request = async () => {
      asked += 1;
      return { status, answer: { detail } };
    };
    await assert.rejects(run({ request }, [{ name: "a.js", blob: new Blob(["a"]) }]), words);
    assert.equal(asked, 1);
  });
}

test("trouble is said while it lasts, and taken back after", async () => {
  const server = new Server(seeded(1), 0);
  const said = [];
  let down = 3;
  const request = async (...asked) => {
    down -= 1;
    return down >= 0 ? { status: 0, answer: null } : server.request(...asked);
  };
  const waits = [];
  await run({ request }, [{ name: "a.js", blob: new Blob(["abc"]) }], {
    onTrouble: (words) => said.push(words),
    pause: async (ms) => waits.push(ms),
  });
  assert.match(said[0], /No network/);
  assert.equal(said.at(-1), "");
  assert.equal(waits.length, 3);
  assert.ok(waits.every((ms) => ms >= 500 && ms <= 30_000));
});
