"""A passkey made and used in a real browser, with the authenticator that Chromium brings."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, Playwright, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.accounts.models import Passkey, SignInSession
from firsthand.db import now
from firsthand.migrations import upgrade
from tests.browser.conftest import CHROMIUM, PHONE
from tests.live import SECRET_KEY, free_port, running_server
from tests.mailbox import Mailbox
from tests.server.house import House, Person


@pytest.fixture
def named(tmp_path: Path, mailbox: Mailbox) -> Iterator[House]:
    """A house at a name: passkeys belong to names, not to bare addresses."""
    port = free_port()
    url, address = f"sqlite:///{tmp_path}/firsthand.db", f"http://localhost:{port}"
    upgrade(url)
    house = House(url, base_url=address, secret_key=SECRET_KEY)
    with running_server(url, port, FIRSTHAND_SMTP_URL=mailbox.url, FIRSTHAND_BASE_URL=address):
        yield house
    house.close()


@contextmanager
def phone(playwright: Playwright, house: House, person: Person) -> Iterator[Page]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM)
    context = browser.new_context(viewport=PHONE, base_url=house.settings.base_url)
    name = house.settings.session_cookie
    secret = person.client.cookies.get(name) or ""
    context.add_cookies([{"name": name, "value": secret, "url": house.settings.base_url}])
    page, problems = context.new_page(), list[str]()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda said: problems.append(said.text) if "Content Security" in said.text else None,
    )
    yield page
    browser.close()
    assert problems == []


def authenticator(page: Page, **more: Any) -> tuple[CDPSession, str]:
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        **more,
    }
    made = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devices, made["authenticatorId"]


def credentials(devices: CDPSession, device: str) -> list[dict[str, Any]]:
    found = devices.send("WebAuthn.getCredentials", {"authenticatorId": device})
    kept: list[dict[str, Any]] = found["credentials"]
    return kept


def button(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def stale(house: House) -> None:
    moment = now() - timedelta(hours=1)

    def age(session: Session) -> None:
        session.execute(update(SignInSession).values(fresh_at=moment))

    house.db.write_now(age)


def test_a_passkey_is_made_signs_in_and_confirms(
    playwright: Playwright, named: House, mailbox: Mailbox
) -> None:
    ana = named.person("Ana Oliveira", "ana@example.org")
    with phone(playwright, named, ana) as page:
        devices, device = authenticator(page)
        page.goto("/me")
        page.get_by_role("link", name="Add a passkey").click()
        page.get_by_label("What do you call this device?").fill("My phone")
        button(page, "Make the passkey").click()
        expect(page.locator("#passkeys")).to_contain_text("My phone")
        expect(page.locator("#passkeys")).to_contain_text("not used yet")
        [kept] = credentials(devices, device)
        assert kept["isResidentCredential"]
        assert kept["rpId"] == "localhost"
        assert (
            mailbox.wait_for(ana.email)["Subject"]
            == "A passkey was added to your account: My phone"
        )

        # Nobody touches the device, so what the field offers waits until the button ends it.
        touched(devices, device, False)
        button(page, "Sign out").first.click()
        page.goto("/sign-in?next=/people")
        page.wait_for_load_state("networkidle")
        touched(devices, device, True)
        button(page, "Sign in with a passkey").click()
        page.wait_for_url(named.settings.base_url + "/people")
        used = named.db.read_now(lambda s: s.scalars(select(Passkey)).one())
        assert used.last_used_at is not None
        assert used.sign_count > 0

        stale(named)
        until_asked(page, "/me/export")
        button(page, "Confirm with a passkey").click()
        page.wait_for_url(named.settings.base_url + "/me/export")
        expect(page.get_by_role("link", name="Download firsthand.json")).to_be_visible()


def touched(devices: CDPSession, device: str, enabled: bool) -> None:
    """Whether somebody touches the device when it asks."""
    wanted = {"authenticatorId": device, "enabled": enabled}
    devices.send("WebAuthn.setAutomaticPresenceSimulation", wanted)


def until_asked(page: Page, path: str) -> None:
    """The server remembers for a second who asks, and how lately they signed in."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        page.goto(path)
        if page.locator("h1").inner_text() == "Is it still you?":
            return
    raise AssertionError("nobody was asked")


def test_the_fields_own_suggestions_sign_in(playwright: Playwright, named: House) -> None:
    """Conditional mediation: whoever chooses the passkey that the field offers is in."""
    ana = named.person("Ana Oliveira", "ana@example.org")
    with phone(playwright, named, ana) as page:
        authenticator(page)
        page.goto("/me/passkeys/new")
        button(page, "Make the passkey").click()
        expect(page.locator("#passkeys li")).to_have_count(1)
        # The virtual device chooses by itself, so that signing out alone leads back in.
        button(page, "Sign out").first.click()
        page.goto("/sign-in?next=/people")
        page.wait_for_url(named.settings.base_url + "/people")


def test_a_device_without_its_lock_makes_none_and_says_so(
    playwright: Playwright, named: House
) -> None:
    ana = named.person("Ana Oliveira", "ana@example.org")
    with phone(playwright, named, ana) as page:
        authenticator(page, isUserVerified=False)
        page.goto("/me/passkeys/new")
        button(page, "Make the passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("cancelled, or took too long")
    assert named.db.read_now(lambda s: s.scalars(select(Passkey)).all()) == []


def test_a_device_keeps_one_passkey_of_an_account(playwright: Playwright, named: House) -> None:
    ana = named.person("Ana Oliveira", "ana@example.org")
    with phone(playwright, named, ana) as page:
        authenticator(page)
        page.goto("/me/passkeys/new")
        button(page, "Make the passkey").click()
        expect(page.locator("#passkeys li")).to_have_count(1)
        page.goto("/me/passkeys/new")
        button(page, "Make the passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("has a passkey for this account")
