"""How many frames each decoder reads, and how fast, in a real Chromium.

    [SEED=1] [FRAMES=60] [CLIPS=20] PYTHONPATH=. python tests/bench/decoders.py

For each condition and size of the badge: frames read, and the worker's median, p95 and longest
time in ms, for the browser's own detector where there is one, zxing-wasm's best setting, jsQR, and
the shipped worker, which gets each frame as one of a video. Then two-second clips at 15 frames a
second through the shipped worker: read when one of their frames is. The bars: no wrong read, in
each row no fewer frames than zxing-wasm, and 99 % of all clips.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Page, Route, sync_playwright

from tests.bench.decoders_frames import CONDITIONS, WIDTHS, Shot, bitmap, clip, shot
from tests.browser.browsing import CHROMIUM
from tests.browser.scanner_harness import WORKER_POLICY

WEB = Path(__file__).parents[2] / "web"
BUILT = Path(os.environ.get("FIRSTHAND_BUILT", WEB / "built"))
DECODERS = ("native", "zxing", "jsqr", "shipped")
SITE = "http://127.0.0.1:1"
_PAGE = """
const workers = new Map();
let last = 0;
window.start = (name, script, wasm) => {
    const worker = new Worker(script, { type: "module", name });
    worker.postMessage({ wasm: new URL(wasm, location.href).href });
    workers.set(name, worker);
};
window.read = async (name, frame) => {
    const picture = await createImageBitmap(await (await fetch(frame)).blob());
    const id = ++last, worker = workers.get(name);
    return new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage({ id, picture }, [picture]);
    });
};
// Playwright would call a function that is the script's value.
null;
"""


@dataclass
class Row:
    read: int = 0
    tried: int = 0
    wrong: int = 0
    times: list[float] = field(default_factory=list)

    def take(self, code: str, answer: dict[str, Any]) -> bool:
        """Count one frame's answer; whether the code was read."""
        texts = [one["text"] for one in answer["codes"]]
        self.tried += 1
        self.read += code in texts
        self.wrong += any(text != code for text in texts)
        self.times.append(answer["ms"])
        return code in texts

    def __str__(self) -> str:
        if not self.tried:
            return f"{'-':>27}"
        times = sorted(self.times)
        p95 = times[int(0.95 * (len(times) - 1))]
        return f"{self.read:4}/{self.tried:<4}{median(times):5.0f} {p95:5.0f} {times[-1]:5.0f} "


def bundle(folder: Path) -> Path:
    script = folder / "single.js"
    source = Path(__file__).with_name("decoders_single.js")
    command = [str(WEB / "node_modules/.bin/esbuild"), str(source), "--bundle", "--format=esm"]
    modules = {"NODE_PATH": str(WEB / "node_modules")}
    subprocess.run(
        [*command, f"--outfile={script}", "--log-level=warning"],
        check=True,
        env={**os.environ, **modules},
    )
    return script


class Bench:
    """A page with one worker for each decoder, and the frames that it asks for."""

    def __init__(self, page: Page, single: Path) -> None:
        self._page, self._single = page, single
        self._frame = b""
        page.route(f"{SITE}/**", self._answer)
        page.goto(SITE)
        assets = json.loads((BUILT / "manifest.json").read_text())
        page.evaluate(_PAGE)
        for name in DECODERS:
            script = assets["workers/decode.js"] if name == "shipped" else "single.js"
            wasm = assets["zxing_reader.wasm"]
            page.evaluate("(all) => window.start(...all)", [name, f"/{script}", f"/{wasm}"])

    def show(self, frame: bytes) -> None:
        self._frame = frame

    def read(self, name: str) -> dict[str, Any] | None:
        """The decoder's answer to the frame that is shown, or None where it does not exist."""
        answer = self._page.evaluate("(name) => window.read(name, '/frame')", name)
        if "error" in answer:
            raise RuntimeError(f"{name}: {answer['error']}")
        return None if "missing" in answer else answer

    def _answer(self, route: Route) -> None:
        name = route.request.url.removeprefix(f"{SITE}/")
        if name == "":
            return route.fulfill(body="<!doctype html>", content_type="text/html")
        if name == "frame":
            return route.fulfill(body=self._frame, content_type="image/bmp")
        file = self._single if name == "single.js" else BUILT / name
        kind = "application/wasm" if name.endswith(".wasm") else "text/javascript"
        policy = {"Content-Security-Policy": WORKER_POLICY}
        return route.fulfill(body=file.read_bytes(), content_type=kind, headers=policy)


@contextmanager
def bench() -> Iterator[Bench]:
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield Bench(browser.new_page(), bundle(Path(folder)))
        finally:
            browser.close()


def compare(bench: Bench, frames: Iterator[tuple[Shot, bytes]]) -> dict[str, Row]:
    rows = {name: Row() for name in DECODERS}
    for taken, frame in frames:
        bench.show(frame)
        for name, row in rows.items():
            answer = bench.read(name)
            if answer:
                row.take(taken.code, answer)
    return rows


def play(bench: Bench, first: Shot, row: Row) -> bool:
    """Whether the clip is read; nothing is drawn after the frame that is."""
    for taken in clip(first):
        bench.show(bitmap(taken))
        answer = bench.read("shipped")
        assert answer
        if row.take(taken.code, answer):
            return True
    return False


def main() -> int:
    seed = os.environ.get("SEED", "1")
    count, clips = int(os.environ.get("FRAMES", "60")), int(os.environ.get("CLIPS", "20"))
    head = "".join(f"{name + ': read, median/p95/max':>27}" for name in DECODERS)
    print(f"SEED={seed} FRAMES={count} CLIPS={clips}\n{'badge':<14}{head}  clips", flush=True)
    missed, read_clips, wrong = [], 0, 0
    # Spawned: a fork would hold the browser's pipes open, and closing it would wait for ever.
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool, bench() as table:
        for condition in CONDITIONS:
            for width in WIDTHS:
                chance = random.Random(f"{seed} {condition} {width}")
                shots = [shot(condition, width, chance) for _ in range(max(count, clips))]
                frames = zip(shots[:count], pool.map(bitmap, shots[:count]), strict=True)
                rows = compare(table, frames)
                in_clips = Row()
                read = sum(play(table, first, in_clips) for first in shots[:clips])
                read_clips += read
                wrong += sum(row.wrong for row in rows.values()) + in_clips.wrong
                name = f"{condition} {width:.0%}"
                print(f"{name:<14}", *rows.values(), f" {read}/{clips}", sep="", flush=True)
                if rows["shipped"].read < rows["zxing"].read:
                    missed.append(f"{name}: fewer frames than zxing-wasm")
    total = clips * len(CONDITIONS) * len(WIDTHS)
    print(f"wrong reads: {wrong}; clips read: {read_clips}/{total} ({read_clips / total:.1%})")
    if wrong:
        missed.append("a wrong read")
    if read_clips < 0.99 * total:
        missed.append("fewer than 99 % of the clips")
    print(*(f"MISSED {what}" for what in missed), sep="\n")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
