const PATIENCE_MS = 10_000;

/**
 * One request to this server, and what its answer means for something that must not be lost.
 * Only an answer that is certainly the server's counts: a hotel's log-in page answers 200 too.
 * @param {string} method
 * @param {string} path
 * @param {object} [body] sent as JSON
 * @returns {Promise<{kind: "done", data: any} | {kind: "signed-out"}
 *   | {kind: "refused", problem: string} | {kind: "unreachable"}>}
 */
export async function ask(method, path, body) {
  try {
    const response = await fetch(path, {
      method,
      body: body && JSON.stringify(body),
      headers: {
        "X-Requested-With": "firsthand",
        Accept: "application/json",
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

const TRY_AGAIN = new Set([408, 425, 429]);

/** @param {Response} response */
export async function meaning(response) {
  const type = response.headers.get("Content-Type") ?? "";
  if (response.status === 204) return { kind: "done", data: null };
  if (!/^application\/([\w.-]+\+)?json/.test(type)) return { kind: "unreachable" };
  const data = await response.json();
  if (response.ok) return { kind: "done", data };
  if (response.status === 401) return { kind: "signed-out" };
  if (response.status >= 500 || TRY_AGAIN.has(response.status)) return { kind: "unreachable" };
  return { kind: "refused", problem: data.detail || data.title || "" };
}
