// Reads codes from pictures, off the page's thread. Messages in: {wasm} once, then {id, picture},
// an ImageBitmap (taken over) or a Blob. Out: {id, codes: [{text, x, y}], ms} or {id, error},
// x and y being the code's centre as parts of the picture's width and height.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const OPTIONS = {
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  maxNumberOfSymbols: 4,
};
const QR = ["QRCode"];
// On other systems' badges. They cost three times as much a frame, so only photos are tried.
const OTHERS = ["Aztec", "DataMatrix", "PDF417"];
const PHOTO_TRIES = [
  { side: 1600, formats: QR },
  { side: 3200, formats: QR },
  { side: 1600, formats: OTHERS },
];

let reader;
const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext("2d", { willReadFrequently: true });

function pixels(picture, scale) {
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  context.drawImage(picture, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

function centred(text, corners, { width, height }) {
  const middle = (axis) => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length;
  return { text, x: middle("x") / width, y: middle("y") / height };
}

async function nativeReader() {
  const formats = await self.BarcodeDetector?.getSupportedFormats().catch(() => []);
  if (!formats?.includes("qr_code")) return null;
  const detector = new self.BarcodeDetector({ formats: ["qr_code"] });
  return async (picture) => {
    const found = await detector.detect(picture);
    const valid = found.filter((one) => one.rawValue);
    return valid.map((one) => centred(one.rawValue, one.cornerPoints, picture));
  };
}

async function wasmReader(wasm) {
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  return async (picture, { scale, formats }) => {
    const image = pixels(picture, scale);
    const found = await readBarcodes(image, { ...OPTIONS, formats });
    const valid = found.filter((one) => one.isValid && one.text);
    return valid.map((one) => centred(one.text, Object.values(one.position), image));
  };
}

async function readPhoto(read, blob) {
  const picture = await createImageBitmap(blob);
  let codes = [];
  for (const { side, formats } of PHOTO_TRIES) {
    const scale = Math.min(1, side / Math.max(picture.width, picture.height));
    codes = await read(picture, { scale, formats });
    if (codes.length) break;
  }
  picture.close();
  return codes;
}

async function readFrame(read, picture) {
  const codes = await read(picture, { scale: 1, formats: QR });
  picture.close();
  return codes;
}

self.onmessage = async ({ data: { id, wasm, picture } }) => {
  if (wasm) {
    reader = nativeReader().then((native) => native ?? wasmReader(wasm));
    // Its failure is told by the answer to each picture that asks for it.
    reader.catch(() => {});
    return;
  }
  try {
    const read = await reader;
    const began = performance.now();
    const codes = await (picture instanceof Blob ? readPhoto : readFrame)(read, picture);
    self.postMessage({ id, codes, ms: performance.now() - began });
  } catch (error) {
    self.postMessage({ id, error: String(error) });
  }
};
