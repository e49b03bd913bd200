// How a picture is looked at: the whole of it, coarsely and then closely; then, where nothing was
// found, other views of it. Pure: from numbers to numbers.

/**
 * @typedef {object} Pass
 * @property {number} part how much of the width and the height is looked at, about the middle: 0..1
 * @property {number} scale pixels looked at for each pixel of the picture
 * @property {"sharpen" | "even"} [prepare] what is done to the pixels first
 * @property {string[]} [formats] zxing's names; QR codes without them
 */

/**
 * What each frame gets first. It costs a quarter of a close look and reads what is held before the
 * camera; the noise of a dim hall goes, too, when four pixels become one.
 * @type {Pass}
 */
export const COARSE = { part: 1, scale: 0.5 };

/** @type {Pass} */
export const CLOSE = { part: 1, scale: 1 };

const MIDDLE = 0.25;

/**
 * Whether what a coarse look has read needs no closer one: one of the codes is in the middle. One
 * at the edge may be a neighbour's, beside a badge that only a close look reads.
 * @param {{x: number, y: number}[]} codes
 */
export function isInMiddle(codes) {
  return codes.some(({ x, y }) => Math.abs(x - 0.5) < MIDDLE && Math.abs(y - 0.5) < MIDDLE);
}

/**
 * The other views, each for what the first ones miss.
 * @type {Pass[]}
 */
export const OTHER_VIEWS = [
  // Out of focus, or moved.
  { part: 0.6, scale: 1, prepare: "sharpen" },
  // A lamp's reflection: what is ink there is lighter than paper here.
  { part: 0.5, scale: 2, prepare: "even" },
  { part: 1, scale: 0.5, prepare: "sharpen" },
  { part: 0.6, scale: 1, prepare: "even" },
  // Far away: a module of two pixels is too small for the finder patterns.
  { part: 0.6, scale: 1.5 },
];

const QUICK_MS = 30;
const SLOW_TURN = 3;

/**
 * Which views the next frame of a video gets. A quick phone takes several a frame; a slow one, for
 * which the whole frame is work enough, one with every third frame, so that the next is not late.
 */
export class FramePlan {
  #next = 0;
  #frames = 0;

  /** The next view of this frame, or null when the frame has had its time.
   * @param {number} spent milliseconds that this frame has taken
   * @param {number} taken views that this frame has had besides those of the whole
   * @returns {Pass | null}
   */
  next(spent, taken) {
    if (taken === 0) this.#frames += 1;
    const isTurn = taken === 0 && this.#frames % SLOW_TURN === 0;
    if (spent >= QUICK_MS && !isTurn) return null;
    if (taken >= OTHER_VIEWS.length) return null;
    return OTHER_VIEWS[this.#next++ % OTHER_VIEWS.length];
  }
}

const OTHER_CODES = ["Aztec", "DataMatrix", "PDF417"];
const PHOTO_SIDES = [1600, 3200, 800];

/**
 * All passes for a photo, the likeliest first: nobody waits for the next frame there.
 * @param {number} width
 * @param {number} height
 * @returns {Pass[]}
 */
export function photoPasses(width, height) {
  const scaleTo = (side) => Math.min(1, side / Math.max(width, height));
  const scales = [...new Set(PHOTO_SIDES.map(scaleTo))];
  const scale = scaleTo(1600);
  const views = OTHER_VIEWS.map((view) => ({ ...view, scale: view.scale * scale }));
  // Other systems' badges. They cost three times as much, so only photos are searched for them.
  const others = { part: 1, scale, formats: OTHER_CODES };
  return [...scales.map((one) => ({ part: 1, scale: one })), ...views, others];
}

/**
 * Where a pass looks, in the picture's pixels, and how large its own picture is.
 * @param {Pass} pass
 * @param {{width: number, height: number}} picture
 */
export function region({ part, scale }, picture) {
  const width = Math.max(1, Math.round(picture.width * part));
  const height = Math.max(1, Math.round(picture.height * part));
  return {
    left: Math.floor((picture.width - width) / 2),
    top: Math.floor((picture.height - height) / 2),
    width,
    height,
    across: Math.max(1, Math.round(width * scale)),
    down: Math.max(1, Math.round(height * scale)),
  };
}

/**
 * A code's centre as parts of the whole picture's width and height, from its corners in the pass.
 * @param {{x: number, y: number}[]} corners
 * @param {ReturnType<typeof region>} place
 * @param {{width: number, height: number}} picture
 */
export function centre(corners, place, picture) {
  const middle = (axis) => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length;
  return {
    x: (place.left + (middle("x") * place.width) / place.across) / picture.width,
    y: (place.top + (middle("y") * place.height) / place.down) / picture.height,
  };
}
