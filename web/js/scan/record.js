import { rfc3339 } from "./time.js";

const DEVICE = "firsthand.device";
const SEQUENCE = "firsthand.sequence";

/** A storage that lasts as long as the page, for browsers that refuse the real one. */
export function fleetingStorage() {
  const values = new Map();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, String(value)),
  };
}

/**
 * localStorage where it works: some private modes have it but throw when it is written, and so does
 * any browser once the phone is full. What it does not take lasts as long as the page.
 */
export function lastingStorage() {
  try {
    localStorage.setItem("firsthand.probe", "1");
    localStorage.removeItem("firsthand.probe");
  } catch {
    return fleetingStorage();
  }
  const refused = new Map();
  return {
    getItem: (key) => refused.get(key) ?? localStorage.getItem(key),
    setItem: (key, value) => {
      refused.delete(key);
      try {
        localStorage.setItem(key, value);
      } catch {
        refused.set(key, String(value));
      }
    },
  };
}

/** Makes scans: the only place that knows this device's name, counter and clock. */
export class Recorder {
  #storage;
  #clock;

  constructor(storage = lastingStorage(), clock = () => new Date()) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** @returns {string} this device's random name */
  get device() {
    const known = this.#storage.getItem(DEVICE);
    if (known) return known;
    const fresh = crypto.randomUUID();
    this.#storage.setItem(DEVICE, fresh);
    return fresh;
  }

  /**
   * The next number of this device, above every earlier one and above `floor` (what the server
   * already has from another device, so that the later edit wins).
   */
  nextSequence(floor = 0) {
    const stored = Number(this.#storage.getItem(SEQUENCE));
    const next = Math.max(Number.isSafeInteger(stored) ? stored : 0, floor) + 1;
    this.#storage.setItem(SEQUENCE, String(next));
    return next;
  }

  /**
   * @param {string} code as read
   * @param {string | null} event slug
   */
  scan(code, event) {
    return {
      id: crypto.randomUUID(),
      code,
      scanned_at: rfc3339(this.#clock()),
      event,
      sequence: this.nextSequence(),
    };
  }
}
