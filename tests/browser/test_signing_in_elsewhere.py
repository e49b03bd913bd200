"""In a real browser: there, back and linked, past its policies and its rules for cookies."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from socket import socket

import pytest
import uvicorn
from playwright.sync_api import Page, Playwright, expect

from firsthand.migrations import upgrade
from firsthand.proofs.guarded_fetch import Fetcher
from firsthand.settings import Client
from tests.browser.conftest import CHROMIUM, PHONE
from tests.browser.fake_camera import chromium_arguments
from tests.https_sites import https_sites
from tests.live import free_port
from tests.openid_provider import running_provider
from tests.providers import GitHub, Mastodon
from tests.server.house import House

CLIENT = ("github-id", "github-secret")
HOSTS = ("github.com", "api.github.com", "social.example")


@dataclass(frozen=True)
class Journey:
    house: House
    page: Page


@contextmanager
def served(house: House, port: int) -> Iterator[None]:
    """This very application, with its own way to providers, on a real socket."""
    config = uvicorn.Config(house.app, port=port, ws="none", log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    started = threading.Event()
    begin = server.startup

    async def startup(sockets: list[socket] | None = None) -> None:
        await begin(sockets)
        started.set()

    server.startup = startup  # type: ignore[method-assign]  # to hear of it
    thread.start()
    assert started.wait(30)
    yield
    server.should_exit = True
    thread.join(30)


@pytest.fixture
def journey(playwright: Playwright, tmp_path: Path) -> Iterator[Journey]:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    url = f"sqlite:///{tmp_path}/firsthand.db"
    upgrade(url)
    with running_provider(base) as provider, https_sites(tmp_path, *HOSTS) as sites:
        GitHub.at(sites, CLIENT)
        Mastodon.at(sites, "social.example")
        house = House(
            url,
            base_url=base,
            openid=provider.settings,
            github=Client(*CLIENT),
            mastodon_sign_in=True,
        )
        house.app.state.elsewhere = replace(
            house.app.state.elsewhere,
            fetcher=Fetcher(lambda _: True, sites.resolve, sites.port, sites.trust),
        )
        names = ",".join(f"MAP {host}:443 127.0.0.1:{sites.port}" for host in HOSTS)
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[*chromium_arguments(None), f"--host-resolver-rules={names}"],
        )
        context = browser.new_context(viewport=PHONE, base_url=base, ignore_https_errors=True)
        page = context.new_page()
        problems: list[str] = []
        page.on(
            "console",
            lambda said: problems.append(said.text) if "Content Security" in said.text else None,
        )
        with served(house, port):
            yield Journey(house, page)
            browser.close()
        house.close()
        assert problems == []


def test_signed_in_by_a_provider_then_github_and_mastodon_linked(journey: Journey) -> None:
    page = journey.page
    page.goto("/sign-in?next=/people")
    page.get_by_role("button", name="Sign in with Harbour").click()
    page.get_by_role("button", name="harbour-7").click()
    page.get_by_label("Name").fill("Ana Lima")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("link", name="Later").click()
    expect(page).to_have_url(f"{journey.house.settings.base_url}/people")

    page.goto("/me")
    page.get_by_role("button", name="Link GitHub").click()
    linked = page.locator("#elsewhere")
    expect(linked.get_by_text("ana-there")).to_be_visible()
    expect(page.locator("#handles").get_by_text("you signed in there")).to_be_visible()

    page.get_by_label("Your Mastodon server").fill("@ana@social.example")
    page.get_by_role("button", name="Link Mastodon").click()
    expect(linked.get_by_text("@ana@social.example")).to_be_visible()
    expect(page.locator("#handles").get_by_text("you signed in there")).to_have_count(2)

    page.get_by_role("button", name="Sign out", exact=True).click()
    page.goto("/sign-in?next=/me")
    page.get_by_label("Your Mastodon server").fill("social.example")
    page.get_by_role("button", name="Sign in with Mastodon").click()
    expect(page.get_by_role("heading", name="Ana Lima", level=1)).to_be_visible()

    page.get_by_role("button", name="Unlink GitHub ana-there").click()
    expect(linked.get_by_text("ana-there")).to_have_count(0)
    expect(page.locator("#handles").get_by_text("you signed in there")).to_have_count(1)
