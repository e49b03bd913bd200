const CHOICE = "firsthand.camera";
const TORCH = "firsthand.torch";

const PROBLEMS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** Why there is no camera; `reason` names the paragraph of the page that explains it. */
export class CameraProblem extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * The camera of one visit: asked for once and kept until the page is left, because iOS asks the
 * person again for each new stream. Only choosing another camera opens a second one.
 * Tells "ended" when the camera is taken away.
 */
export class Camera extends EventTarget {
  #stream = null;

  constructor(video, storage) {
    super();
    this.video = video;
    this.storage = storage;
  }

  get track() {
    return this.#stream?.getVideoTracks()[0] ?? null;
  }

  /**
   * @param {string} [choice] a device id; without one, the choice of last time or the back camera
   * @throws {CameraProblem}
   */
  async open(choice) {
    if (!window.isSecureContext) throw new CameraProblem("insecure");
    if (!navigator.mediaDevices?.getUserMedia) throw new CameraProblem("missing");
    this.close();
    const device = choice ?? this.storage.getItem(CHOICE);
    this.#stream = await this.#ask(device).catch((error) => {
      throw new CameraProblem(PROBLEMS[error.name] ?? "failed");
    });
    if (choice) this.#remember(CHOICE, choice);
    this.track.addEventListener("ended", () => this.dispatchEvent(new Event("ended")));
    this.video.srcObject = this.#stream;
    this.#focusContinuously();
    await this.resume();
  }

  /** The camera of last time may be gone, or have another name now: then the back camera. */
  async #ask(device) {
    const ask = (which) => {
      const video = { ...which, width: { ideal: 1280 }, height: { ideal: 720 } };
      return navigator.mediaDevices.getUserMedia({ video, audio: false });
    };
    const back = { facingMode: { ideal: "environment" } };
    if (!device) return ask(back);
    return ask({ deviceId: { exact: device } }).catch((error) => {
      if (!["OverconstrainedError", "NotFoundError"].includes(error.name)) throw error;
      return ask(back);
    });
  }

  /** Plays on after the page was hidden; iOS pauses the picture then. */
  async resume() {
    await this.video.play().catch(() => {});
  }

  close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.video.srcObject = null;
  }

  /** @returns {Promise<MediaDeviceInfo[]>} the cameras to choose from, once one may be used */
  async choices() {
    const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    return devices.filter((device) => device.kind === "videoinput" && device.deviceId);
  }

  get hasTorch() {
    return Boolean(this.track?.getCapabilities?.().torch);
  }

  /** @returns {Promise<boolean>} whether the light is now as wished, and will be next time */
  async light(on) {
    const wish = { advanced: [{ torch: on }] };
    const done = await this.track.applyConstraints(wish).then(() => true, () => false);
    if (done) this.#remember(TORCH, on ? "on" : "");
    return done;
  }

  /** @returns {Promise<boolean>} whether the light of last time is on again */
  async relight() {
    return this.hasTorch && this.storage.getItem(TORCH) === "on" && this.light(true);
  }

  /** A storage that has become full forgets; the camera works on. */
  #remember(key, value) {
    try {
      this.storage.setItem(key, value);
    } catch {
      // Asked again next time.
    }
  }

  #focusContinuously() {
    const modes = this.track.getCapabilities?.().focusMode ?? [];
    if (!modes.includes("continuous")) return;
    this.track.applyConstraints({ advanced: [{ focusMode: "continuous" }] }).catch(() => {});
  }
}
