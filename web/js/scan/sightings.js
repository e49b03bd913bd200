const QUIET_MS = 5_000;

/**
 * Which codes the camera has just seen. A code counts as new when it has been out of view for
 * longer than the quiet time, so that a badge held still is one scan however long it is held.
 */
export class Sightings {
  #last = new Map();

  constructor(quiet = QUIET_MS) {
    this.quiet = quiet;
  }

  /**
   * Notes that the code is in view at this moment.
   * @param {string} code
   * @param {number} now milliseconds of a monotone clock
   * @returns {boolean} whether it is a new one
   */
  isNew(code, now) {
    for (const [old, at] of this.#last) if (now - at > this.quiet) this.#last.delete(old);
    const fresh = !this.#last.has(code);
    this.#last.set(code, now);
    return fresh;
  }
}

/**
 * The code that is aimed at: where several badges are in view, the one nearest to the middle.
 * Only this one may become a scan, or a neighbour's badge would become a meeting.
 * @param {{text: string, x: number, y: number}[]} codes with centres as parts of the frame, 0 to 1
 */
export function aimedAt(codes) {
  const away = (code) => Math.hypot(code.x - 0.5, code.y - 0.5);
  return codes.reduce((best, code) => (!best || away(code) < away(best) ? code : best), null);
}
