// Reads codes from pictures, off the page's thread. Messages in: {wasm} once, then {id, picture},
// an ImageBitmap (taken over) or a Blob. Out: {id, codes: [{text, x, y}], ms, reader} or
// {id, error}; x and y are the code's centre as parts of the picture's width and height, reader
// says who looked last: "native", "wasm" or "plain".
import { CLOSE, COARSE, FramePlan, isInMiddle, photoPasses } from "../scan/passes.js";
import { nativeReader, plainReader, wasmReader } from "../scan/readers.js";

const plan = new FramePlan();
let native = null;
let own = null;
let loading = null;
let ready = null;
let reader = "";

async function ownReader(wasm) {
  try {
    return { read: await wasmReader(wasm), name: "wasm" };
  } catch {
    // Refused by an old browser or a policy, or not there without network.
    return { read: await plainReader(), name: "plain" };
  }
}

async function start(wasm) {
  loading = ownReader(wasm).then((found) => (own = found));
  // Its failure is told by the answer to each picture that needs it.
  loading.catch(() => {});
  native = await nativeReader();
  // The browser's own reader need not wait for ours, which looks at what it leaves unread.
  if (!native) await loading;
}

async function readNatively(picture) {
  if (!native) return [];
  reader = "native";
  try {
    return await native(picture);
  } catch {
    // The service behind it may be missing for good.
    native = null;
    return [];
  }
}

async function readOurselves(picture, pass) {
  if (!own && native) return [];
  await loading;
  reader = own.name;
  return own.read(picture, pass);
}

async function readWhole(picture) {
  const coarse = await readOurselves(picture, COARSE);
  if (isInMiddle(coarse)) return coarse;
  const close = await readOurselves(picture, CLOSE);
  return close.length ? close : coarse;
}

async function readFrame(picture) {
  const began = performance.now();
  let codes = await readNatively(picture);
  if (!codes.length) codes = await readWhole(picture);
  for (let taken = 0; own && !codes.length; taken += 1) {
    const view = plan.next(performance.now() - began, taken);
    if (!view) break;
    codes = await readOurselves(picture, view);
  }
  return codes;
}

async function readPhoto(picture) {
  let codes = await readNatively(picture);
  if (!codes.length) await loading;
  for (const pass of photoPasses(picture.width, picture.height)) {
    if (codes.length) break;
    codes = await readOurselves(picture, pass);
  }
  return codes;
}

async function read(picture) {
  if (!(picture instanceof Blob)) return readFrame(picture);
  const bitmap = await createImageBitmap(picture);
  return readPhoto(bitmap).finally(() => bitmap.close());
}

self.onmessage = async ({ data: { id, wasm, picture } }) => {
  if (wasm) {
    ready = start(wasm);
    ready.catch(() => {});
    return;
  }
  try {
    await ready;
    const began = performance.now();
    const codes = await read(picture);
    self.postMessage({ id, codes, ms: performance.now() - began, reader });
  } catch (error) {
    self.postMessage({ id, error: String(error) });
  } finally {
    picture.close?.();
  }
};
