import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readForeignCode } from "../scan/foreign-codes.js";
import { hintOf } from "../scan/hints.js";

const table = (name) => JSON.parse(readFileSync(new URL(`../../../tests/${name}.json`, import.meta.url), "utf8"));
const EXAMPLES = table("foreign_codes");

for (const { what, code, ...expected } of EXAMPLES) {
  test(`the table of codes that the server reads alike: ${what}`, () => {
    const { headline: _, ...read } = readForeignCode(code);
    assert.deepEqual(read, expected);
  });
}

test("a card tells what somebody does", () => {
  assert.equal(readForeignCode("BEGIN:VCARD\nFN:Fenna\nTITLE:Talent lead\nEND:VCARD").headline, "Talent lead");
});

test("a name is shown on one line, without direction marks, and is cut", () => {
  const { name } = readForeignCode(`MECARD:N:Fe\u0000n\u202ena${"a".repeat(5000)};;`);
  assert.ok(name.startsWith("Fe n na"));
  assert.equal(name.length, 200);
});

test("no muddle of marks raises or takes long", () => {
  const marks = ["BEGIN:VCARD\n", "MECARD:", "N:", "FN;", "QUOTED-PRINTABLE:", "=", "\n", '"', "\\", ";", "\ud800", "%", "https://", "@"];
  let seed = 7;
  const next = () => (seed = (seed * 48271) % 2147483647);
  const start = performance.now();
  for (let round = 0; round < 2000; round += 1) {
    const text = Array.from({ length: 40 }, () => marks[next() % marks.length]).join("");
    assert.ok(readForeignCode(text).kind);
    assert.ok(readForeignCode(marks[round % 2] + text).kind);
  }
  for (const mark of marks) assert.ok(readForeignCode(`BEGIN:VCARD\n${mark.repeat(8000)}`).kind);
  assert.ok(performance.now() - start < 5000);
});

test("an unknown badge is called as the server will call it", async () => {
  for (const { key, code, hint } of table("code_hints")) assert.equal(await hintOf(code, key), hint, code);
  assert.equal(await hintOf("anything", ""), "");
});
