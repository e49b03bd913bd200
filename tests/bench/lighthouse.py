"""Lighthouse's mobile profile, with its simulated throttling, on the main pages.

    PYTHONPATH=. python tests/bench/lighthouse.py [runs of each] [pages...]

Prints the median of each figure, and the lowest performance of any run. The bars: 99 / 100 / 100
and no run under 97; LCP 1.2 s, TBT 50 ms, CLS 0.01.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.browser.browsing import CHROMIUM, served_world
from tests.browser.world import MAIN_PAGES, PAGES, World

LIGHTHOUSE = Path(__file__).parents[2] / "web/node_modules/.bin/lighthouse"
_FLAGS = "--headless --no-sandbox --disable-background-networking"
_CATEGORIES = ("performance", "accessibility", "best-practices")
_TIMES = {
    "LCP ms": "largest-contentful-paint",
    "TBT ms": "total-blocking-time",
    "CLS": "cumulative-layout-shift",
}
Figures = dict[str, float]


def run_once(world: World, name: str, folder: Path) -> Figures:
    page = PAGES[name]
    report = folder / "report.json"
    command = [
        str(LIGHTHOUSE),
        world.house.settings.base_url + world.path(page),
        *("--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={_FLAGS}"),
        f"--only-categories={','.join(_CATEGORIES)}",
    ]
    if page.who:
        headers = folder / "headers.json"
        cookie = f"{world.house.settings.session_cookie}={world.cookie(page.who)}"
        headers.write_text(json.dumps({"Cookie": cookie}))
        command.append(f"--extra-headers={headers}")
    subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": CHROMIUM}, timeout=180)
    said = json.loads(report.read_text())
    figures = {each: 100 * (said["categories"][each]["score"] or 0) for each in _CATEGORIES}
    return figures | {word: said["audits"][key]["numericValue"] for word, key in _TIMES.items()}


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    names = sys.argv[2:] or MAIN_PAGES
    words = [*_CATEGORIES, *_TIMES]
    print(f"{'page':<18}", *(f"{word:>14}" for word in words), f"{'lowest':>8}")
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with served_world(folder) as world:
            for name in names:
                found = [run_once(world, name, folder) for _ in range(runs)]
                medians = [median(each[word] for each in found) for word in words]
                lowest = min(each["performance"] for each in found)
                print(f"{name:<18}", *(f"{value:14.5g}" for value in medians), f"{lowest:8.0f}")


if __name__ == "__main__":
    main()
