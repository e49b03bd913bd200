// One decoder alone, in a worker, as the table in decoders.py compares them: native, zxing-wasm's
// best setting, jsQR. The name comes with the worker's; messages as those of workers/decode.js.
import jsQR from "jsqr";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const BEST = {
  formats: ["QRCode"],
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  maxNumberOfSymbols: 4,
};
const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext("2d", { willReadFrequently: true });

function pixels(picture) {
  Object.assign(canvas, { width: picture.width, height: picture.height });
  context.drawImage(picture, 0, 0);
  return context.getImageData(0, 0, picture.width, picture.height);
}

const READERS = {
  async native() {
    const formats = (await self.BarcodeDetector?.getSupportedFormats()) ?? [];
    if (!formats.includes("qr_code")) return null;
    const detector = new self.BarcodeDetector({ formats: ["qr_code"] });
    return async (picture) => (await detector.detect(picture)).map((one) => one.rawValue);
  },
  async zxing(wasm) {
    await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
    return async (picture) => {
      const found = await readBarcodes(pixels(picture), BEST);
      return found.filter((one) => one.isValid).map((one) => one.text);
    };
  },
  async jsqr() {
    return async (picture) => {
      const { data, width, height } = pixels(picture);
      const found = jsQR(data, width, height, { inversionAttempts: "attemptBoth" });
      return found?.data ? [found.data] : [];
    };
  },
};

let reader;
self.onmessage = async ({ data: { id, wasm, picture } }) => {
  if (wasm) {
    reader = READERS[self.name](wasm);
    return;
  }
  const read = await reader;
  if (!read) return self.postMessage({ id, missing: true });
  const began = performance.now();
  const texts = await read(picture);
  const ms = performance.now() - began;
  picture.close();
  self.postMessage({ id, codes: texts.map((text) => ({ text })), ms });
};
