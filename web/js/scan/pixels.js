// What is done to a view's pixels before they are read. Grey values are 0 to 255.

/** @returns {Float32Array} the lightness of RGBA pixels; the green channel is nearest to it */
function grey(data) {
  const values = new Float32Array(data.length / 4);
  for (let at = 0; at < values.length; at += 1) values[at] = data[4 * at + 1];
  return values;
}

/** The mean of the square of 2 r + 1 pixels around each, by running sums; edges are repeated. */
export function mean(values, width, height, r) {
  const rows = new Float32Array(values.length);
  const result = new Float32Array(values.length);
  for (let y = 0; y < height; y += 1) runningMean(values, rows, y * width, 1, width, r);
  for (let x = 0; x < width; x += 1) runningMean(rows, result, x, width, height, r);
  return result;
}

function runningMean(from, to, start, step, length, r) {
  const at = (index) => from[start + step * Math.min(length - 1, Math.max(0, index))];
  let sum = 0;
  for (let index = -r; index <= r; index += 1) sum += at(index);
  for (let index = 0; index < length; index += 1) {
    to[start + step * index] = sum / (2 * r + 1);
    sum += at(index + r + 1) - at(index - r);
  }
}

function withGrey(image, values) {
  for (let at = 0; at < values.length; at += 1) {
    // Clamped and rounded by the array.
    image.data[4 * at] = values[at];
    image.data[4 * at + 1] = image.data[4 * at + 2] = image.data[4 * at];
  }
  return image;
}

const EDGE = 3;
const STRENGTH = 2.5;

/** An unsharp mask: takes back what a lens out of focus did, as far as the noise allows. */
function sharpen(image) {
  const values = grey(image.data);
  const soft = mean(values, image.width, image.height, EDGE);
  for (let at = 0; at < values.length; at += 1) values[at] += STRENGTH * (values[at] - soft[at]);
  return withGrey(image, values);
}

const AROUND = 22;
const LEAST_SPREAD = 3;
const SPREAD = 55;

/** The same mean and contrast everywhere, so that a reflection's edge is no edge. */
function even(image) {
  const { width, height } = image;
  const values = grey(image.data);
  const means = mean(values, width, height, AROUND);
  for (let at = 0; at < values.length; at += 1) values[at] -= means[at];
  const spread = mean(values.map((value) => value * value), width, height, AROUND);
  for (let at = 0; at < values.length; at += 1) {
    values[at] = 128 + (SPREAD * values[at]) / Math.max(LEAST_SPREAD, Math.sqrt(spread[at]));
  }
  return withGrey(image, values);
}

/** By a pass's ``prepare``: change RGBA pixels in place, to grey ones. */
export const PREPARE = { sharpen, even };
