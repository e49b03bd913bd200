import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateRawSync } from "node:zlib";

import { isZip, NotSlimmed, readDirectory } from "../slimming/central_directory.js";
import { markOf, megabytes, prepare, saidOf, Unsendable } from "../slimming/choosing.js";
import { slim } from "../slimming/slim.js";
import { seeded, zipOf } from "./zips.js";

const RUNS = 150;
const everything = () => true;
const MOST = 2_000_000_000;

async function contents(zip) {
  const { entries } = await readDirectory(zip, everything);
  const found = {};
  for (const entry of entries) {
    const head = new DataView(await zip.slice(entry.at, entry.at + 30).arrayBuffer());
    const from = entry.at + 30 + head.getUint16(26, true) + head.getUint16(28, true);
    const packed = new Uint8Array(await zip.slice(from, from + entry.packed).arrayBuffer());
    const content = entry.method ? inflateRawSync(packed) : packed;
    assert.equal(content.length, entry.size);
    found[entry.path] = new TextDecoder().decode(content);
  }
  return found;
}

function anyFiles(random) {
  return Array.from({ length: Math.floor(random() * 12) }, (_, index) => ({
    path: `${random() < 0.5 ? "data/" : "d\u00e4ta\\"}${index}-\u05d0${"n".repeat(random() * 40)}.js`,
    content: "some text \u2603 ".repeat(random() * 60),
    stored: random() < 0.4,
    follows: random() < 0.3,
    wide: random() < 0.3,
  }));
}

const anyOptions = (random) => ({
  comment: random() < 0.3 ? "said PK\u0005 here" : "",
  before: random() < 0.3 ? "#!/bin/sh\n" : "",
  wide: random() < 0.4,
});

test("any zip, slimmed to some of its files, has just these with the same content", async () => {
  const random = seeded(11);
  for (let run = 0; run < RUNS; run += 1) {
    const files = anyFiles(random);
    const zip = zipOf(files, anyOptions(random));
    const kept = new Set(files.filter(() => random() < 0.6).map(({ path }) => path.replaceAll("\\", "/")));
    const made = await slim(zip, await readDirectory(zip, (path) => kept.has(path)));
    const wanted = files.map(({ path, content }) => [path.replaceAll("\\", "/"), content]);
    assert.deepEqual(await contents(made), Object.fromEntries(wanted.filter(([path]) => kept.has(path))));
  }
});

test("a zip with a changed or a missing byte is read whole, or said to be damaged", async () => {
  const random = seeded(13);
  for (let run = 0; run < 4 * RUNS; run += 1) {
    const whole = new Uint8Array(await zipOf(anyFiles(random), anyOptions(random)).arrayBuffer());
    const from = Math.floor(random() * whole.length);
    if (random() < 0.5) whole[from] ^= 1 << Math.floor(random() * 8);
    const bytes = random() < 0.7 ? whole : whole.slice(0, from);
    try {
      const zip = new Blob([bytes]);
      const made = await slim(zip, await readDirectory(zip, everything));
      assert.ok(made.size <= 2 * whole.length + 200);
    } catch (error) {
      assert.ok(error instanceof NotSlimmed, error.stack);
    }
  }
});

test("what is no zip is told by its first bytes", async () => {
  assert.ok(await isZip(zipOf([])));
  assert.ok(await isZip(zipOf([{ path: "a.js", content: "a" }])));
  for (const text of ["", "PK", "[]", "\x1f\x8b\b"]) assert.ok(!(await isZip(new Blob([text]))));
});

const LISTS = [
  { path: "data/account.js", content: "window.YTD.account.part0 = [ ]" },
  { path: "data/following.js", content: "window.YTD.following.part0 = [ ]" },
];
const hostile = {
  "two entries share their data": [[...LISTS, { path: "data/follower.js", content: "", at: 3 }], {}, /overlap/],
  "an entry is encrypted": [[{ ...LISTS[0], encrypted: true }], {}, /password/],
  "it is one of several disks": [LISTS, { disk: 1 }, /several/],
  "it claims a million entries": [LISTS, { count: 1_000_000, wide: true }, /more files/],
};
for (const [what, [files, options, why]] of Object.entries(hostile)) {
  test(`a zip stays as it is where ${what}`, async () => {
    const zip = zipOf(files, options);
    await assert.rejects(readDirectory(zip, everything), why);
    const file = new File([zip], "archive.zip");
    const prepared = await prepare([file], MOST);
    assert.equal(prepared.files[0].blob, file);
    assert.equal(prepared.isSlimmed, false);
    await assert.rejects(prepare([file], 10), (error) => error instanceof Unsendable && why.test(error.message));
  });
}

test("a file that is no zip is sent as it is, within the limit", async () => {
  const file = new File(["\x1f\x8b\b and so on"], "archive.tar.gz");
  assert.equal((await prepare([file], MOST)).files[0].blob, file);
  await assert.rejects(prepare([file], 3), Unsendable);
});

test("of an archive of X nothing goes but lists, posts and the headers of messages", async () => {
  const zip = zipOf([
    ...LISTS,
    { path: "data/manifest.js", content: "window.__THAR_CONFIG = {}" },
    { path: "data/tweets-part1.js", content: "window.YTD.tweets.part1 = [ ]" },
    { path: "data/direct-messages.js", content: "secret" },
    { path: "data/direct-message-headers.js", content: "window.YTD.direct_message_headers.part0 = []" },
    { path: "data/contact.js", content: "other people's numbers" },
    { path: "data/ip-audit.js", content: "[]" },
    { path: "data/tweets_media/1.jpg", content: "x".repeat(5_000_000), stored: true },
    { path: "__MACOSX/data/._following.js", content: "x" },
  ]);
  const prepared = await prepare([new File([zip], "twitter.zip")], MOST);
  assert.deepEqual(Object.keys(await contents(prepared.files[0].blob)), [
    "data/account.js",
    "data/following.js",
    "data/manifest.js",
    "data/tweets-part1.js",
    "data/direct-message-headers.js",
  ]);
  assert.equal(
    saidOf(prepared),
    "0.1 of 5 MB: the lists of people, your posts and whom you wrote with and when, no pictures, no message texts",
  );
});

test("of thousands of files that nobody knows none is taken out", async () => {
  const paths = Array.from({ length: 1_500 }, (_, index) => `notes/${index}.json`);
  const zip = zipOf([...paths, "film.mp4"].map((path) => ({ path, content: "{}", stored: true })));
  const file = new File([zip], "notes.zip");
  assert.equal((await prepare([file], MOST)).files[0].blob, file);
  await assert.rejects(prepare([file], 10), /no list of people/);
});

test("a zip within a zip is told where it is too large to send", async () => {
  const zip = zipOf([{ path: "twitter.zip", content: "PK".repeat(50), stored: true }]);
  await assert.rejects(prepare([new File([zip], "outer.zip")], 10), /zip within this zip/);
});

test("amounts are never nothing for something", () => {
  const shown = [0, 1, 49_000, 4_000_000, 4_260_000, 12_400_000, 5_120_000_000].map(megabytes);
  assert.deepEqual(shown, ["0", "0.1", "0.1", "4", "4.3", "12", "5,120"]);
});

test("the same files have the same mark, and others another", async () => {
  const made = (name, lastModified) => new File(["[]"], name, { lastModified });
  const mark = async (file) => markOf([file], await prepare([file], MOST));
  assert.equal(await mark(made("a.json", 5)), await mark(made("a.json", 5)));
  assert.notEqual(await mark(made("a.json", 5)), await mark(made("a.json", 6)));
  assert.match(await mark(made("a.json", 5)), /^[0-9a-f]{64}$/);
});
