"""A phone whose browser ends without warning, and comes again with the same profile."""

from pathlib import Path

import psutil
from playwright.sync_api import BrowserContext, Page, Playwright

from tests.browser.browsing import CHROMIUM, PHONE
from tests.browser.fake_camera import chromium_arguments
from tests.server.house import House, Person

_SECONDS = 30


class ChromiumPhone:
    """Chromium with a profile that outlives it, signed in as ``person`` at each start."""

    def __init__(self, playwright: Playwright, profile: Path, house: House, person: Person) -> None:
        self._playwright = playwright
        self._profile = profile
        self._address = house.settings.base_url
        self._cookie = {
            "name": house.settings.session_cookie,
            "value": person.client.cookies.get(house.settings.session_cookie) or "",
            "url": self._address,
        }
        self._context: BrowserContext | None = None
        self._family: list[psutil.Process] = []

    def start(self) -> Page:
        """A new page of a new browser."""
        self._context = self._playwright.chromium.launch_persistent_context(
            self._profile,
            executable_path=CHROMIUM,
            args=chromium_arguments(None),
            viewport=PHONE,
            base_url=self._address,
            # Chromium tells the page as an error that a busy machine cut an animation short.
            reduced_motion="reduce",
        )
        # Chromium writes cookies down only every half minute: who is killed signs in again.
        self._context.add_cookies([self._cookie])  # type: ignore[list-item]  # what it takes
        self._family = self._processes()
        return self._context.pages[0]

    def kill9(self) -> None:
        """SIGKILL to all of its processes at once; may be called from any thread."""
        parent = self._family[0]
        parent.suspend()  # else it could start new children meanwhile
        family = [*parent.children(recursive=True), parent]
        for each in family:
            each.kill()
        psutil.wait_procs(family, timeout=_SECONDS)

    def close(self) -> None:
        """In order; also after a kill, which leaves the context to be tidied up."""
        if self._context is not None:
            self._context.close()
            self._context = None

    def _processes(self) -> list[psutil.Process]:
        """The browser's own process: the one with this profile whose parent has it not."""
        wanted = f"--user-data-dir={self._profile}"
        mine = [
            process
            for process in psutil.Process().children(recursive=True)
            if wanted in _command(process)
        ]
        first = [each for each in mine if each.ppid() not in {other.pid for other in mine}]
        assert len(first) == 1, first
        return first


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
