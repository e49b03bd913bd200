"""One server, one browser and one page for a whole module of tests that only look."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Playwright,
    Response,
    ViewportSize,
)
from playwright.sync_api import Page as BrowserPage

from firsthand.migrations import upgrade
from tests.browser.fake_camera import badge_frame, chromium_arguments, write_video
from tests.browser.world import PAGES, Page, World, seed
from tests.live import SECRET_KEY, free_port, running_server
from tests.server.house import House

CHROMIUM = "/usr/bin/chromium"
_SEND = """([path, fields]) => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: path });
  for (const [name, value] of fields) {
    form.append(Object.assign(document.createElement("input"), { name, value }));
  }
  document.body.append(form);
  form.submit();
}"""
NARROW: ViewportSize = {"width": 320, "height": 640}
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}


@contextmanager
def served_world(folder: Path) -> Iterator[World]:
    """The seeded world with ``firsthand serve`` before it."""
    port = free_port()
    url = f"sqlite:///{folder}/world.db"
    upgrade(url)
    house = House(url, base_url=f"http://127.0.0.1:{port}", secret_key=SECRET_KEY)
    try:
        # In a thread of its own: Playwright runs a loop in this one, and imports start theirs.
        with ThreadPoolExecutor(1) as elsewhere:
            world = elsewhere.submit(seed, house).result()
        with running_server(url, port):
            yield world
    finally:
        house.close()


@contextmanager
def launched(playwright: Playwright, video: Path | None = None) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=chromium_arguments(video))
    try:
        yield browser
    finally:
        browser.close()


def badge_video(folder: Path, world: World) -> Path:
    """Somebody whom Ana has not met holds a badge before the camera."""
    return write_video(folder / "badge.y4m", [(badge_frame(world.next_badge.code), 1)])


class Visits:
    """Opens the world's pages in the browser; each person keeps one tab."""

    def __init__(self, browser: Browser, world: World, **context: Any) -> None:
        self._browser, self._world, self._context = browser, world, context
        self._tabs: dict[str, BrowserPage] = {}
        self.problems: list[str] = []

    def tab(self, who: str) -> BrowserPage:
        if who not in self._tabs:
            self._tabs[who] = self._open(who)
        return self._tabs[who]

    def open(self, name: str) -> BrowserPage:
        """The page of ``PAGES``, loaded, with nobody's problems of before."""
        page = PAGES[name]
        tab = self.tab(page.who)
        self.problems.clear()
        answer = self._go(tab, page)
        assert answer
        assert answer.status == page.status
        tab.evaluate("document.fonts.ready")
        return tab

    def _go(self, tab: BrowserPage, page: Page) -> Response | None:
        if not page.sends:
            return tab.goto(self._world.path(page), wait_until="load")
        # From a page of ours: the server takes no other site's form.
        tab.goto("/me")
        with tab.expect_navigation(wait_until="load") as arrived:
            tab.evaluate(_SEND, [self._world.path(page), page.sends])
        return arrived.value

    def close(self) -> None:
        for tab in self._tabs.values():
            tab.context.close()

    def _open(self, who: str) -> BrowserPage:
        address = self._world.house.settings.base_url
        context: BrowserContext = self._browser.new_context(base_url=address, **self._context)
        if who:
            name = self._world.house.settings.session_cookie
            context.add_cookies([{"name": name, "value": self._world.cookie(who), "url": address}])
        tab = context.new_page()
        tab.on("pageerror", lambda error: self.problems.append(str(error)))
        tab.on("console", self._heard)
        return tab

    def _heard(self, said: ConsoleMessage) -> None:
        # A browser also logs the status of a page that is meant to say 404.
        if said.type in ("error", "warning") and "status of 404" not in said.text:
            self.problems.append(said.text)


def type_as_a_wedge(page: BrowserPage, code: str) -> None:
    """A key every ten milliseconds by the keys' own time, however long each takes to arrive."""
    session = page.context.new_cdp_session(page)
    pressed = time.time()
    for text in [*code, "\r"]:
        key = "Enter" if text == "\r" else text
        more = {"windowsVirtualKeyCode": 13} if key == "Enter" else {}
        for kind in ({"type": "keyDown", "text": text}, {"type": "keyUp"}):
            sent = {"key": key, "timestamp": pressed, **more, **kind}
            session.send("Input.dispatchKeyEvent", sent)
        pressed += 0.01
