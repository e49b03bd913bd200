import assert from "node:assert/strict";
import { test } from "node:test";

import { digestOf, tokenIn } from "../offline/people.js";

const TOKEN = "0123456789ABCDEFGHJKMNPQRS";

test("the token of a badge of ours is found in any spelling of its address", () => {
  for (const code of [`HTTPS://MEET.EXAMPLE/B/${TOKEN}`, `https://meet.example/b/${TOKEN.toLowerCase()}/`]) {
    assert.equal(tokenIn(code, "meet.example"), TOKEN);
  }
  assert.equal(tokenIn(`https://meet.example/b/OL${TOKEN.slice(2)}`, "meet.example"), TOKEN);
});

test("other codes have none", () => {
  for (const code of ["", "ABCDEFGH", `https://other.example/b/${TOKEN}`, "https://meet.example/b/short"]) {
    assert.equal(tokenIn(code, "meet.example"), "");
  }
});

test("the digest is the server's", async () => {
  // firsthand.badges.codes.token_digest of the same token
  assert.equal(await digestOf(TOKEN), "f5f69e3261dbfad2110670e539999eab");
});
