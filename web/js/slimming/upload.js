// Sends files in pieces and goes on after any cut. How much has come is the server's to say.

/** The server will not have it; the message is for the person. */
export class Refusal extends Error {}

const UPLOADS = "/api/v1/imports/uploads";
const PIECE = 4 * 2 ** 20;
const MOST_FAILURES = 8;
const MOST_BEGINNINGS = 4;
const LONGEST_PAUSE_MS = 30_000;
const GONE = "The server cannot keep this upload together. Please try again later.";
const UNREADABLE = "The file has changed, or cannot be read any more. Choose it again.";

/**
 * Send these ({name, blob}); answers the id of the import that comes of it.
 *
 * `request(method, path, {json, body, offset, onSent})` answers {status, answer}, with status 0
 * where no answer came; `pause(ms)` waits that long, or until it looks better. Both throw what
 * their signal throws. `onSent(bytes)` and `onTrouble(words or "")` tell how it goes. Throws Refusal.
 */
export async function upload(files, { mark, request, pause, onSent, onTrouble }) {
  const body = new Blob(files.map(({ blob }) => blob));
  const announced = files.map(({ name, blob }) => ({ name, size: blob.size }));
  let known = null;
  let isSure = false;
  let beginnings = 0;
  const failures = { network: 0, server: 0 };

  const begin = async () => {
    beginnings += 1;
    if (beginnings > MOST_BEGINNINGS) throw new Refusal(GONE);
    return take(await request("POST", UPLOADS, { json: { files: announced, mark } }));
  };
  const ask = async () => {
    const said = await request("GET", `${UPLOADS}/${known.id}`, {});
    if (said.status !== 404) return take(said);
    // Its last piece has arrived, and only the answer was lost?
    const brought = await request("GET", `/api/v1/imports/${known.id}`, {});
    if (brought.status === 200) return true;
    if (brought.status === 404) known = null;
    return brought.status === 404 ? begin() : take(brought);
  };
  const send = async () => {
    const { id, offset } = known;
    const piece = body.slice(offset, offset + PIECE);
    await checkReadable(piece);
    isSure = false;
    const said = await request("PATCH", `${UPLOADS}/${id}`, {
      body: piece,
      offset,
      onSent: (bytes) => onSent(offset + bytes),
    });
    if ([404, 409].includes(said.status)) return trouble(said, "");
    const went = take(said);
    return went && went.offset === body.size ? true : went;
  };
  /** What the answer says of the upload; false where it must be asked again. */
  const take = (said) => {
    if (said.status >= 200 && said.status < 300) {
      if (known && said.answer.offset > known.offset) failures.network = failures.server = 0;
      known = said.answer;
      isSure = true;
      onSent(known.offset);
      onTrouble("");
      return known;
    }
    if (said.status === 0) return trouble(said, "No network. It goes on by itself.");
    const isPassing = [408, 429, 500, 502, 503, 504].includes(said.status);
    if (isPassing && failures.server < MOST_FAILURES) {
      return trouble(said, "The server is busy. It goes on by itself.");
    }
    throw new Refusal(reasonOf(said));
  };
  const trouble = ({ status }, words) => {
    failures[status ? "server" : "network"] += 1;
    if (words) onTrouble(words);
    return false;
  };

  for (;;) {
    const before = { ...failures };
    const step = known === null ? begin : isSure ? send : ask;
    if ((await step()) === true) return known.id;
    const count = failures.network + failures.server;
    if (count > before.network + before.server) await pause(pauseMs(count));
  }
}

/** Twice as long each time, and not for all phones of a hall at the same moment. */
function pauseMs(count) {
  return Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.min(count, 10)) * (0.5 + Math.random() / 2);
}

function reasonOf({ status, answer }) {
  if (status === 401) return "You are signed out. Sign in and choose the same file: it goes on.";
  return answer?.detail || "That did not work. Please try again.";
}

/** To a browser, a file that was changed meanwhile looks like a network that is gone. */
async function checkReadable(piece) {
  try {
    await piece.slice(0, 1).arrayBuffer();
  } catch {
    throw new Refusal(UNREADABLE);
  }
}
