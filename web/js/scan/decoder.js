/** The decoding worker, as a function from a picture to its codes. */
export class Decoder {
  #worker;
  #waiting = new Map();
  #last = 0;
  #broken = "";

  /** @type {number} milliseconds that the last picture took in the worker */
  ms = 0;

  /** @type {number} when the last frame was taken from the camera, on the page's clock */
  taken = 0;

  /** @type {"" | "native" | "wasm" | "plain"} which reader looked at the last picture */
  reader = "";

  /**
   * @param {string} worker address of the worker's script
   * @param {string} wasm address of the reader's WebAssembly
   */
  constructor(worker, wasm) {
    this.#worker = new Worker(worker, { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#answer(data);
    this.#worker.onerror = (event) => this.#fail(event.message || "the decoder did not start");
    // The worker resolves addresses against its own.
    this.#worker.postMessage({ wasm: new URL(wasm, location.href).href });
  }

  /**
   * @param {ImageBitmap | Blob} picture a bitmap is taken over and closed
   * @returns {Promise<{text: string, x: number, y: number}[]>}
   */
  read(picture) {
    if (this.#broken) return Promise.reject(new Error(this.#broken));
    const id = ++this.#last;
    const transfer = picture instanceof Blob ? [] : [picture];
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, picture }, transfer);
    });
  }

  stop() {
    this.#worker.terminate();
    this.#fail("stopped");
  }

  #answer({ id, codes, ms, reader, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) return waiting?.reject(new Error(error));
    Object.assign(this, { ms, reader });
    return waiting?.resolve(codes);
  }

  #fail(message) {
    this.#broken = message;
    for (const { reject } of this.#waiting.values()) reject(new Error(message));
    this.#waiting.clear();
  }
}

/** @returns {Promise<number>} when the frame left the camera, where that is known */
function nextFrame(video) {
  return new Promise((resolve) => {
    if (!video.requestVideoFrameCallback) requestAnimationFrame(resolve);
    else video.requestVideoFrameCallback((now, { captureTime }) => resolve(captureTime ?? now));
  });
}

/**
 * Decodes the newest frame, again and again, until the signal says stop. One picture is in work at
 * a time and the frames in between are let go: a slow phone reads fewer frames, never older ones.
 * @param {HTMLVideoElement} video
 * @param {Decoder} decoder
 * @param {AbortSignal} signal
 * @param {(codes: {text: string, x: number, y: number}[]) => void} found called for each frame
 */
export async function watch(video, decoder, signal, found) {
  while (!signal.aborted) {
    const taken = await nextFrame(video);
    if (signal.aborted) return;
    if (document.hidden || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) continue;
    // A stream that is just ending has no picture to give.
    const frame = await createImageBitmap(video).catch(() => null);
    const codes = frame && (await decoder.read(frame));
    decoder.taken = taken;
    if (codes && !signal.aborted) found(codes);
  }
}
