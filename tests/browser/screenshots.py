"""Every page as a picture, phone and desktop, light and dark, into ``screenshots/``.

With ``--pictures``: the four pictures of the README, into ``deploy/pictures/``.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from tests.browser.browsing import (
    DESKTOP,
    PHONE,
    Visits,
    badge_video,
    launched,
    served_world,
)
from tests.browser.world import PAGES, World

ROOT = Path(__file__).parents[2]
PICTURES = {"here": "here", "scan": "scan", "people": "people", "follow-ups": "follow-ups"}
# These fill the window and have nothing below it.
_ONE_SCREEN = {"scan", "scan-empty", "scan-signed-out", "badge", "badge-empty"}


def take_all(browser: Browser, world: World, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for window, viewport in (("phone", PHONE), ("desktop", DESKTOP)):
        for scheme in ("light", "dark"):
            visits = Visits(
                browser, world, viewport=viewport, color_scheme=scheme, reduced_motion="reduce"
            )
            for name in PAGES:
                page = visits.open(name)
                page.wait_for_load_state("networkidle")
                path = folder / f"{name}-{window}-{scheme}.png"
                page.screenshot(path=path, full_page=name not in _ONE_SCREEN)
            visits.close()


def take_pictures(browser: Browser, world: World, folder: Path) -> None:
    """The scanner comes last: what it reads is met from then on."""
    folder.mkdir(exist_ok=True)
    visits = Visits(browser, world, viewport=PHONE, reduced_motion="reduce")
    for name, file in sorted(PICTURES.items(), key=lambda item: item[0] == "scan"):
        page = visits.open(name)
        if name == "scan":
            page.locator("#scan-card .intents").wait_for(timeout=20_000)
            page.locator("#scan-state", has_text="Safe").wait_for()
            page.locator("#scan-card .chip").first.click()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{file}.png")
    visits.close()


def main() -> None:
    pictures = "--pictures" in sys.argv[1:]
    with TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        with served_world(folder) as world:
            video = badge_video(folder, world) if pictures else None
            with launched(playwright, video) as browser:
                if pictures:
                    take_pictures(browser, world, ROOT / "deploy/pictures")
                else:
                    take_all(browser, world, ROOT / "screenshots")


if __name__ == "__main__":
    main()
