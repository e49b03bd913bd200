"""The hint at installing: at a good moment, until it is answered, never where it is no use."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.browser.conftest import CHROMIUM, OpenPhone
from tests.browser.fake_camera import chromium_arguments
from tests.browser.test_queue import STILL, codes, scan
from tests.server.house import House

pytestmark = pytest.mark.slow
# The browser's offer, which it makes to no private window: what it says of itself is all we use.
OFFER = """() => {
  const offer = new Event("beforeinstallprompt", { cancelable: true });
  offer.prompt = async () => (window.isAsked = true);
  window.dispatchEvent(offer);
  return offer.defaultPrevented;
}"""
ON_IOS = "Object.defineProperty(navigator, 'standalone', { value: false });"
ON_IOS_INSTALLED = ON_IOS.replace("false", "true")


def hint(page: Page) -> Locator:
    return page.get_by_role("region", name="Keep Firsthand on your home screen")


def scan_three(page: Page) -> None:
    scan(page, *codes(3))
    expect(page.locator("#scan-box-count")).to_have_text("3 safe")


def next_one(page: Page) -> None:
    page.get_by_role("button", name="Scan next").click()


def test_after_three_safe_scans_the_browsers_offer_is_made_once(
    live: House, open_phone: OpenPhone
) -> None:
    with open_phone(live.person(), **STILL) as page:
        page.goto("/scan")
        assert page.evaluate(OFFER)
        scan(page, *codes(2))
        expect(page.locator("#scan-box-count")).to_have_text("2 safe")
        next_one(page)
        expect(hint(page)).to_be_hidden()
        scan_three(page)
        expect(hint(page)).to_be_hidden()
        next_one(page)
        expect(hint(page)).to_be_visible()
        expect(hint(page).get_by_text("Share")).to_be_hidden()
        hint(page).get_by_role("button", name="Put it there").click()
        assert page.evaluate("window.isAsked")
        expect(hint(page)).to_be_hidden()
        page.reload()
        page.evaluate(OFFER)
        expect(page.locator("#scan-box-count")).to_contain_text("safe")
        expect(hint(page)).to_be_hidden()


def test_not_now_is_remembered_on_every_page(live: House, open_phone: OpenPhone) -> None:
    with open_phone(live.person(), **STILL) as page:
        page.goto("/scan/box")
        expect(hint(page)).to_be_hidden()
        page.evaluate(OFFER)
        hint(page).get_by_role("button", name="Not now").click()
        expect(hint(page)).to_be_hidden()
        page.reload()
        page.evaluate(OFFER)
        expect(page.locator("#box-lasting")).not_to_be_empty()
        expect(hint(page)).to_be_hidden()


def test_where_the_browser_offers_nothing_the_two_steps_are_told(
    live: House, open_phone: OpenPhone
) -> None:
    with open_phone(live.person(), **STILL) as page:
        page.add_init_script(ON_IOS)
        page.goto("/scan")
        scan_three(page)
        next_one(page)
        steps = hint(page).get_by_role("listitem")
        expect(steps).to_have_text([re.compile("Share"), re.compile("Add to Home Screen")])
        expect(hint(page).get_by_role("button", name="Put it there")).to_be_hidden()


def hints_at_nothing(page: Page) -> None:
    page.evaluate(OFFER)
    expect(page.locator("#box-lasting")).not_to_be_empty()
    expect(hint(page)).to_be_hidden()


def test_an_app_on_an_android_home_screen_hints_at_nothing(
    playwright: Playwright, live: House, tmp_path: Path
) -> None:
    # A window without the browser's own bars is what an installed app is.
    context = playwright.chromium.launch_persistent_context(
        tmp_path / "profile",
        executable_path=CHROMIUM,
        args=[*chromium_arguments(None), f"--app={live.settings.base_url}/scan/box"],
    )
    page = context.pages[0]
    page.wait_for_load_state()
    assert page.evaluate("matchMedia('(display-mode: standalone)').matches")
    hints_at_nothing(page)
    context.close()


def test_an_app_on_an_ios_home_screen_hints_at_nothing(open_phone: OpenPhone) -> None:
    with open_phone(**STILL) as page:
        page.add_init_script(ON_IOS_INSTALLED)
        page.goto("/scan/box")
        hints_at_nothing(page)
