import assert from "node:assert/strict";
import { test } from "node:test";
import { meaning } from "../queue/answers.js";

const json = (status, body, type = "application/json") =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } });
const problem = (status) => json(status, { title: "No", detail: "Because" }, "application/problem+json");

test("an answer of the server is done, signed out or refused with its reason", async () => {
  assert.deepEqual(await meaning(json(200, { results: [] })), { kind: "done", data: { results: [] } });
  assert.deepEqual(await meaning(new Response(null, { status: 204 })), { kind: "done", data: null });
  assert.deepEqual(await meaning(problem(401)), { kind: "signed-out" });
  assert.deepEqual(await meaning(problem(400)), { kind: "refused", problem: "Because" });
  assert.deepEqual(await meaning(problem(409)), { kind: "another" });
  assert.deepEqual(await meaning(problem(500)), { kind: "failed" });
});

test("a hotel's log-in page, a proxy's error and a busy server are no answer", async () => {
  const page = (status) =>
    new Response("<p>Welcome", { status, headers: { "Content-Type": "text/html" } });
  for (const answer of [page(200), page(404), page(502), problem(503), problem(429), problem(403), json(400, {})]) {
    assert.deepEqual(await meaning(answer), { kind: "unreachable" });
  }
});
