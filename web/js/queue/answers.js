const PATIENCE_MS = 10_000;

/**
 * One request to this server, and what its answer means for something that must not be lost.
 * Only an answer that is certainly the server's counts: a hotel's log-in page answers 200 too.
 * @param {string} method
 * @param {string} path
 * @param {object} [body] sent as JSON
 * @param {string | null} [owner] the account it is for: the server refuses it for any other
 * @returns {Promise<{kind: "done", data: any} | {kind: "signed-out"} | {kind: "another"}
 *   | {kind: "refused", problem: string} | {kind: "failed"} | {kind: "unreachable"}>}
 */
export async function ask(method, path, body, owner = null) {
  try {
    const response = await fetch(path, {
      method,
      body: body && JSON.stringify(body),
      headers: {
        "X-Requested-With": "firsthand",
        Accept: "application/json",
        ...(owner && { "Firsthand-Account": owner }),
        ...(body && { "Content-Type": "application/json" }),
      },
      credentials: "same-origin",
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return await meaning(response);
  } catch {
    return { kind: "unreachable" };
  }
}

const REFUSALS = new Set([400, 404, 410, 413, 422]);

/** @param {Response} response */
export async function meaning(response) {
  const type = response.headers.get("Content-Type") ?? "";
  if (response.status === 204) return { kind: "done", data: null };
  if (!/^application\/([\w.-]+\+)?json/.test(type)) return { kind: "unreachable" };
  const data = await response.json();
  if (response.ok) return { kind: "done", data };
  // A proxy may speak JSON too, but not of problems in our way.
  if (!type.startsWith("application/problem+json")) return { kind: "unreachable" };
  if (response.status === 401) return { kind: "signed-out" };
  if (response.status === 409) return { kind: "another" };
  if (response.status === 500) return { kind: "failed" };
  if (!REFUSALS.has(response.status)) return { kind: "unreachable" };
  return { kind: "refused", problem: data.detail || data.title || "" };
}
