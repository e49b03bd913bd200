// The three readers of codes, in a worker. Each is a function from a picture and a pass to its
// codes: {text, x, y}, x and y being the centre as parts of the picture's width and height.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

import { centre, region } from "./passes.js";
import { PREPARE } from "./pixels.js";

const OPTIONS = {
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  maxNumberOfSymbols: 4,
};
const QR = ["QRCode"];

const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext("2d", { willReadFrequently: true });

function look(picture, pass, place) {
  const { left, top, width, height, across, down } = place;
  if (canvas.width !== across || canvas.height !== down) {
    Object.assign(canvas, { width: across, height: down });
  }
  context.drawImage(picture, left, top, width, height, 0, 0, across, down);
  const image = context.getImageData(0, 0, across, down);
  return pass.prepare ? PREPARE[pass.prepare](image) : image;
}

/** @returns {Promise<Function | null>} null where this browser has none that reads QR codes */
export async function nativeReader() {
  const formats = await self.BarcodeDetector?.getSupportedFormats().catch(() => []);
  if (!formats?.includes("qr_code")) return null;
  const detector = new self.BarcodeDetector({ formats: ["qr_code"] });
  return async (picture) => {
    const whole = region({ part: 1, scale: 1 }, picture);
    const found = (await detector.detect(picture)).filter((one) => one.rawValue);
    return found.map((one) => ({
      text: one.rawValue,
      ...centre(one.cornerPoints, whole, picture),
    }));
  };
}

/** @throws where the file does not come, or WebAssembly is refused */
export async function wasmReader(wasm) {
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  return async (picture, pass) => {
    const place = region(pass, picture);
    const image = look(picture, pass, place);
    const found = await readBarcodes(image, { ...OPTIONS, formats: pass.formats ?? QR });
    return found
      .filter((one) => one.isValid && one.text)
      .map((one) => ({ text: one.text, ...centre(Object.values(one.position), place, picture) }));
  };
}

/** Plain JavaScript, ten times slower and for QR codes only: where there is nothing better. */
export async function plainReader() {
  const { default: jsQR } = await import("jsqr");
  return async (picture, pass) => {
    if (pass.formats) return [];
    const place = region(pass, picture);
    const { data, width, height } = look(picture, pass, place);
    const found = jsQR(data, width, height, { inversionAttempts: "dontInvert" });
    if (!found?.data) return [];
    const { topLeftCorner, topRightCorner, bottomRightCorner, bottomLeftCorner } = found.location;
    const corners = [topLeftCorner, topRightCorner, bottomRightCorner, bottomLeftCorner];
    return [{ text: found.data, ...centre(corners, place, picture) }];
  };
}
