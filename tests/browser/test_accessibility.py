"""axe-core finds nothing against WCAG 2.2 AA on any page, light or dark, phone or desktop."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.browsing import DESKTOP, PHONE, Visits, launched, served_world, type_as_a_wedge
from tests.browser.test_installing import OFFER
from tests.browser.world import PAGES

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("accessibility")]


@pytest.fixture(scope="module")
def visits(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visits]:
    folder = tmp_path_factory.mktemp("world")
    with served_world(folder) as world, launched(playwright) as browser:
        # Nothing fades: axe would measure the contrast of what is half there.
        visits = Visits(browser, world, reduced_motion="reduce")
        yield visits
        visits.close()


@pytest.fixture(scope="module")
def axe() -> str:
    return AXE.read_text()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(visits: Visits, axe: str, name: str) -> None:
    page = visits.open(name)
    # The strict policy keeps script tags out; what the debugger evaluates is no part of the page.
    page.evaluate(axe)
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")
    assert findings(page) == [], "phone, light"
    page.emulate_media(color_scheme="dark")
    assert findings(page) == [], "phone, dark"
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESKTOP)
    assert findings(page) == [], "desktop, light"


def test_axe_finds_what_is_wrong(visits: Visits, axe: str) -> None:
    page = visits.open("sign-in")
    page.evaluate(axe)
    page.evaluate("document.querySelector('label').remove()")
    assert [words.partition(":")[0] for words in findings(page)] == ["label"]


def findings(page: Page) -> list[str]:
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS
    )
    return [_words(violation) for violation in found["violations"]]


def _words(violation: dict[str, Any]) -> str:
    nodes = [f"{node['target']}: {node['failureSummary']}" for node in violation["nodes"][:3]]
    return f"{violation['id']}: " + "; ".join(nodes)


def test_axe_finds_nothing_in_the_hint_at_installing(visits: Visits, axe: str) -> None:
    page = visits.open("box")
    page.evaluate(OFFER)
    expect(page.get_by_role("region", name="Keep Firsthand on your home screen")).to_be_visible()
    page.evaluate(axe)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert findings(page) == [], scheme


def test_axe_finds_nothing_on_the_card_without_network(visits: Visits, axe: str) -> None:
    page = visits.open("scan")
    page.evaluate(axe)
    page.context.set_offline(True)
    type_as_a_wedge(page, "TICKET-NUMBER-1")
    expect(page.get_by_role("heading", name="Unknown, badge")).to_be_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert findings(page) == [], scheme
    page.get_by_role("button", name="Undo").click()
    page.context.set_offline(False)
