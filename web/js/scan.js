// The scanner page: puts the camera, the decoder, the queue and the card together.
import { hintAtInstalling } from "./offline/installing.js";
import { opened, queue, recorder, storage } from "./queue/here.js";
import { ScanBox, summary } from "./scan/box.js";
import { Camera } from "./scan/camera.js";
import { foreignCard, ScanCard } from "./scan/card.js";
import { Decoder, watch } from "./scan/decoder.js";
import { signalRead } from "./scan/feedback.js";
import { learnNames } from "./scan/names.js";
import { aimedAt, Sightings } from "./scan/sightings.js";
import { Still } from "./scan/still.js";
import { listenToForm, listenToKeys, listenToPhoto } from "./scan/ways.js";
import { announce, say } from "./scan/words.js";

const TYPING_MS = 4_000;
const SAFE_BEFORE_INSTALLING = 3;

const page = document.querySelector(".scanner");
const part = (name) => document.querySelector(`#scan-${name}`);
const video = part("video");

const card = new ScanCard(queue, recorder);
const box = new ScanBox(queue, (entry) => card.show(entry));
const sightings = new Sightings();
const still = new Still(video, part("still"));
const camera = new Camera(video, storage);

let watching = new AbortController();
let decoder = new Decoder(page.dataset.worker, page.dataset.wasm);
let typed = "";
// What this visit has read: a safe scan's code is kept nowhere else.
const taken = new Map();
let noteTypedAt = -Infinity;

async function record(code) {
  signalRead();
  const entry = await queue.add(recorder.scan(code, page.dataset.event || null));
  taken.set(code, entry);
  card.show(entry);
  performance.mark("scan-kept");
}

/** A code that the person gave on purpose: the same one again shows its card again. */
function take(code) {
  if (sightings.isNew(code, performance.now())) return record(code);
  const known = taken.get(code);
  return known && known.state !== "refused" ? card.show(known) : record(code);
}

function seen(codes) {
  page.dataset.reader = decoder.reader;
  // Somebody is writing a note: a badge that swings past must not take the card away.
  if (performance.now() - noteTypedAt < TYPING_MS && card.entry) return;
  const code = aimedAt(codes);
  if (!code || !sightings.isNew(code.text, performance.now())) return;
  performance.mark("scan-read", { detail: { ms: decoder.ms, taken: decoder.taken } });
  record(code.text);
  // While the scan is being written.
  still.freeze();
}

function explain(reason) {
  page.dataset.camera = reason;
  for (const text of document.querySelectorAll("[data-camera-problem]")) {
    text.hidden = text.dataset.cameraProblem !== reason;
  }
  const isFine = reason === "live" || reason === "starting";
  part("camera-problem").hidden = reason === "live";
  part("try-again").hidden = isFine;
  part("aim").hidden = reason !== "live";
  if (isFine) return;
  part("tools").hidden = true;
  announce(document.querySelector(`[data-camera-problem="${reason}"]`).textContent);
}

async function startCamera(choice) {
  watching.abort();
  watching = new AbortController();
  const { signal } = watching;
  explain("starting");
  try {
    await camera.open(choice);
  } catch (problem) {
    return explain(problem.reason);
  }
  if (signal.aborted) return camera.close();
  explain("live");
  part("tools").hidden = false;
  performance.mark("scan-live");
  offerTorch();
  offerCameras();
  return watch(video, decoder, signal, seen).catch(() => decoderFailed(signal));
}

function decoderFailed(signal) {
  if (signal.aborted) return;
  decoder.stop();
  camera.close();
  explain("decoder");
}

function tryAgain() {
  if (page.dataset.camera === "decoder") {
    decoder = new Decoder(page.dataset.worker, page.dataset.wasm);
  }
  startCamera();
}

async function offerTorch() {
  const button = part("torch");
  button.hidden = !camera.hasTorch;
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-pressed", String(await camera.relight()));
}

async function turnTorch() {
  const button = part("torch");
  const on = button.getAttribute("aria-pressed") !== "true";
  if (await camera.light(on)) button.setAttribute("aria-pressed", String(on));
}

async function offerCameras() {
  const choices = await camera.choices();
  const select = part("cameras");
  const current = camera.track?.getSettings().deviceId;
  select.replaceChildren(
    ...choices.map(({ label, deviceId }, index) => {
      const name = label || say("camera", { number: index + 1 });
      return new Option(name, deviceId, false, deviceId === current);
    }),
  );
  select.closest("[data-cameras]").hidden = choices.length < 2;
}

function photoFailed(reason) {
  part("photo-problem").textContent = say(reason);
  announce(say(reason));
}

function photoRead(codes) {
  part("photo-problem").textContent = "";
  take(aimedAt(codes).text);
}

/** A typed code that is refused goes back into its field: mostly one character is wrong. */
function mendTyped({ detail: entry }) {
  const { code } = part("form").elements;
  if (entry?.state === "refused" && entry.scan.code === typed && !code.value) code.value = typed;
}

/** What was typed means nobody, or is being mended. */
function tellTyped(isWrong) {
  const field = part("code");
  if (isWrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  const words = isWrong ? say("names-nobody") : "";
  part("code-problem").textContent = words;
  if (isWrong) announce(words);
}

function takeTyped(code) {
  typed = code;
  take(code);
}

/** The last that was said of what waited is true no more. */
let left = 0;
function tellSent() {
  const before = left;
  left = queue.unsent.length;
  if (before && !left && !card.entry) announce(summary(queue));
}

queue.addEventListener("change", tellSent);
card.root.addEventListener("close", learnNames(queue, (entry) => entry === card.entry));
listenToForm(part("form"), takeTyped, tellTyped);
queue.addEventListener("change", mendTyped);
listenToPhoto(part("photo"), () => decoder, photoRead, photoFailed);
listenToKeys(take, {
  escape: () => card.close(),
  u: () => card.root.contains(document.activeElement) && card.undo(),
});
part("torch").addEventListener("click", turnTorch);
part("cameras").addEventListener("change", (event) => startCamera(event.target.value));
part("try-again").addEventListener("click", tryAgain);
card.root.addEventListener("close", () => still.thaw());
card.slot.addEventListener("input", ({ target }) => {
  if (target.matches("textarea, [type=text]")) noteTypedAt = performance.now();
});
camera.addEventListener("ended", () => explain("ended"));

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  camera.resume();
});
window.addEventListener("pagehide", () => {
  watching.abort();
  camera.close();
});
window.addEventListener("pageshow", (event) => event.persisted && startCamera());
window.addEventListener("pagehide", () => card.saveNote());

/** Somebody has seen that it works, and nobody's card is in the way. */
function isMomentToInstall() {
  const safe = queue.entries.filter(({ state }) => state === "safe");
  return safe.length >= SAFE_BEFORE_INSTALLING && !card.entry;
}

const mayHint = hintAtInstalling(storage, isMomentToInstall);
card.root.addEventListener("close", mayHint);

opened
  .then(() => {
    box.paint();
    mayHint();
  })
  .then(foreignCard);
card.adopt();
startCamera();
