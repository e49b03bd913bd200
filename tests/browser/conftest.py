"""A real Chromium before a real server."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize

from firsthand.migrations import upgrade
from tests.browser.fake_camera import chromium_arguments
from tests.live import SECRET_KEY, free_port, running_server
from tests.mailbox import Mailbox
from tests.server.house import House, Person

CHROMIUM = "/usr/bin/chromium"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def live(tmp_path: Path, mailbox: Mailbox) -> Iterator[House]:
    """A house whose application is served by ``firsthand serve`` beside it."""
    port = free_port()
    url = f"sqlite:///{tmp_path}/firsthand.db"
    upgrade(url)
    house = House(url, base_url=f"http://127.0.0.1:{port}", secret_key=SECRET_KEY)
    with running_server(url, port, FIRSTHAND_SMTP_URL=mailbox.url):
        yield house
    house.close()


OpenPhone = Callable[..., AbstractContextManager[Page]]


@pytest.fixture
def open_phone(playwright: Playwright, live: House) -> OpenPhone:
    """``with open_phone(person, camera=video) as page``: a browser, signed in or not."""

    @contextmanager
    def opened(
        person: Person | None = None, camera: Path | None = None, **more: object
    ) -> Iterator[Page]:
        browser: Browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=chromium_arguments(camera)
        )
        context: BrowserContext = browser.new_context(
            **{"viewport": PHONE, "base_url": live.settings.base_url, **more}  # type: ignore[arg-type]  # what new_context takes
        )
        if person:
            name = live.settings.session_cookie
            cookie = person.client.cookies.get(name)
            context.add_cookies(
                [{"name": name, "value": cookie or "", "url": live.settings.base_url}]
            )
        problems: list[str] = []
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda said: problems.append(said.text) if "Content Security" in said.text else None,
        )
        yield page
        context.close()
        browser.close()
        assert problems == []

    return opened
