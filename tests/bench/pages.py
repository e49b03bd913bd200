"""Server time of the main pages: one connection at a time, and eight at once.

    PYTHONPATH=. python tests/bench/pages.py [seconds a page]

The bars: signed in 15 ms and 120 pages a second, public 10 ms and 200.
"""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.load import Outcome, saturate
from tests.browser.browsing import served_world
from tests.browser.world import MAIN_PAGES, PAGES, World

CONNECTIONS = 8
SIGNED_IN, PUBLIC = (15, 120), (10, 200)


def measure(world: World, name: str, connections: int, seconds: float) -> Outcome:
    page = PAGES[name]
    cookie = ""
    if page.who:
        cookie = f"Cookie: {world.house.settings.session_cookie}={world.cookie(page.who)}\r\n"
    port = int(world.house.settings.base_url.rpartition(":")[2])
    headers = cookie.encode()
    return asyncio.run(
        saturate(
            port, b"GET", world.path(page).encode(), lambda _: (headers, b""), connections, seconds
        )
    )


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    print(f"{'page':<18} {'one: median':>12} {'eight: a second':>16}   bars")
    with TemporaryDirectory() as folder, served_world(Path(folder)) as world:
        for name in MAIN_PAGES:
            measure(world, name, 1, seconds / 10)
            alone = measure(world, name, 1, seconds).milliseconds(0.5)
            rate = measure(world, name, CONNECTIONS, seconds).a_second
            slowest, least = SIGNED_IN if PAGES[name].who else PUBLIC
            missed = "" if alone <= slowest and rate >= least else "  MISSED"
            print(f"{name:<18} {alone:9.1f} ms {rate:16.0f}   {slowest} ms, {least}{missed}")


if __name__ == "__main__":
    main()
