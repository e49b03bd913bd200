import assert from "node:assert/strict";
import { test } from "node:test";
import { centre, FramePlan, isInMiddle, OTHER_VIEWS, photoPasses, region } from "../scan/passes.js";
import { mean, PREPARE } from "../scan/pixels.js";

const FRAME = { width: 1280, height: 720 };

function frames(plan, count, spent) {
  return Array.from({ length: count }, () => {
    const views = [];
    for (let view; (view = plan.next(spent(views.length), views.length)); ) views.push(view);
    return views;
  });
}

test("a quick phone gives a frame several views, and no frame all its time twice over", () => {
  const [first] = frames(new FramePlan(), 1, () => 1);
  assert.deepEqual(first, OTHER_VIEWS);
});

test("a frame that has had its time gets no further view, and the next goes on from there", () => {
  const [, second] = frames(new FramePlan(), 2, (taken) => 12 * (taken + 1));
  assert.deepEqual(second, OTHER_VIEWS.slice(2, 4));
});

test("a slow phone tries one view with every third frame, each of them in turn", () => {
  const tried = frames(new FramePlan(), 3 * OTHER_VIEWS.length, () => 200);
  assert.deepEqual(tried.map((views) => views.length).slice(0, 6), [0, 0, 1, 0, 0, 1]);
  assert.deepEqual(tried.flat(), OTHER_VIEWS);
});

test("even the slowest view of a two-second clip comes up on a phone that reads ten frames a second", () => {
  assert.ok(3 * OTHER_VIEWS.length <= 20);
});

test("a coarse look is enough where it has read a code in the middle, not beside it", () => {
  assert.ok(isInMiddle([{ x: 0.05, y: 0.5 }, { x: 0.6, y: 0.3 }]));
  assert.ok(!isInMiddle([{ x: 0.05, y: 0.5 }, { x: 0.5, y: 0.9 }]));
  assert.ok(!isInMiddle([]));
});

test("a photo gets every view, no size twice, and other systems' codes last", () => {
  const passes = photoPasses(4000, 3000);
  assert.deepEqual(passes.slice(0, 3).map((pass) => pass.scale), [0.4, 0.8, 0.2]);
  assert.equal(passes.length, 3 + OTHER_VIEWS.length + 1);
  assert.ok(passes.at(-1).formats.includes("Aztec"));
  assert.equal(photoPasses(640, 480).filter((pass) => pass.part === 1 && pass.scale === 1).length, 2);
});

test("no view lies outside of the picture, however small that is", () => {
  for (const picture of [FRAME, { width: 1, height: 1 }, { width: 3, height: 4000 }]) {
    for (const view of OTHER_VIEWS) {
      const { left, top, width, height, across, down } = region(view, picture);
      assert.ok(left >= 0 && top >= 0 && across >= 1 && down >= 1);
      assert.ok(left + width <= picture.width && top + height <= picture.height);
    }
  }
});

test("a code's centre is told in parts of the whole picture, whichever view it was found in", () => {
  for (const view of OTHER_VIEWS) {
    const place = region(view, FRAME);
    const x = ((700 - place.left) * place.across) / place.width;
    const y = ((300 - place.top) * place.down) / place.height;
    const found = centre([{ x: x - 9, y: y - 9 }, { x: x + 9, y: y + 9 }], place, FRAME);
    assert.ok(Math.abs(found.x - 700 / 1280) < 1e-9 && Math.abs(found.y - 300 / 720) < 1e-9);
  }
});

test("the mean around a pixel is that of its square, with the edges repeated", () => {
  const values = Float32Array.from([0, 0, 0, 0, 9, 0, 0, 0, 18]);
  const found = mean(values, 3, 3, 1);
  assert.deepEqual([found[0], found[4], found[5], found[8]], [1, 3, 5, 9]);
});

function grey(width, height, value) {
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let at = 0; at < width * height; at += 1) data.fill(value(at % width), 4 * at, 4 * at + 3);
  return { data, width, height };
}

test("sharpening widens the step between ink and paper and leaves plain areas alone", () => {
  const { data } = PREPARE.sharpen(grey(40, 40, (x) => (x < 20 ? 110 : 140)));
  assert.equal(data[4 * (20 * 40 + 5)], 110);
  assert.ok(data[4 * (20 * 40 + 19)] < 100 && data[4 * (20 * 40 + 20)] > 150);
});

test("evening gives the stripes under a lamp's light the contrast of those beside it", () => {
  const stripes = (x) => (x < 100 ? 30 : 200) + (x % 8 < 4 ? 0 : 20);
  const { data } = PREPARE.even(grey(200, 60, stripes));
  const at = (x) => data[4 * (30 * 200 + x)];
  for (const x of [40, 160]) assert.ok(at(x + 4) - at(x) > 80, `${at(x)} ${at(x + 4)}`);
});
