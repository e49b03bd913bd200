// One request of an upload, and the wait between two. fetch cannot say how much of a body is sent.

// Nothing sent for so long is a connection that has died without a word.
const STALLED_MS = 30_000;

/**
 * For upload(): what `signal` stops, throws its reason. The server refuses them once somebody else
 * than `account` is signed in.
 */
export function requestsUntil(signal, account) {
  return {
    request: (method, path, options) => request(signal, account, method, path, options),
    pause: (ms) => pause(signal, ms),
  };
}

function request(signal, account, method, path, { json, body = null, offset, onSent }) {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const stop = () => xhr.abort();
    let stall = setTimeout(stop, STALLED_MS);
    const moved = () => {
      clearTimeout(stall);
      stall = setTimeout(stop, STALLED_MS);
    };
    xhr.open(method, path);
    xhr.setRequestHeader("X-Requested-With", "firsthand");
    xhr.setRequestHeader("Firsthand-Account", account);
    if (json) xhr.setRequestHeader("Content-Type", "application/json");
    if (offset !== undefined) {
      xhr.setRequestHeader("Content-Type", "application/offset+octet-stream");
      xhr.setRequestHeader("Upload-Offset", String(offset));
    }
    xhr.upload.addEventListener("progress", ({ loaded }) => {
      moved();
      onSent?.(loaded);
    });
    xhr.addEventListener("progress", moved);
    xhr.addEventListener("loadend", () => {
      clearTimeout(stall);
      signal.removeEventListener("abort", stop);
      if (signal.aborted) reject(signal.reason);
      else resolve({ status: xhr.status, answer: parsed(xhr.responseText) });
    });
    signal.addEventListener("abort", stop);
    xhr.send(json ? JSON.stringify(json) : body);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function pause(signal, ms) {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const end = () => {
      over.abort();
      clearTimeout(timer);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, ms);
    window.addEventListener("online", end, { signal: over.signal });
    signal.addEventListener("abort", end, { signal: over.signal });
  });
}
