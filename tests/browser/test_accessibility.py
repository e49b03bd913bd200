"""axe-core finds nothing against WCAG 2.2 AA on any page, light or dark, phone or desktop."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests.browser.browsing import DESKTOP, PHONE, Visits, launched, served_world
from tests.browser.world import PAGES

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS = {
    "phone-light": {"viewport": PHONE, "color_scheme": "light"},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark"},
    "desktop-light": {"viewport": DESKTOP, "color_scheme": "light"},
}
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("accessibility")]


@pytest.fixture(scope="module")
def visits(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Visits]]:
    folder = tmp_path_factory.mktemp("world")
    with served_world(folder) as world, launched(playwright) as browser:
        # Nothing fades: axe would measure the contrast of what is half there.
        opened = {
            look: Visits(browser, world, reduced_motion="reduce", **context)
            for look, context in LOOKS.items()
        }
        yield opened
        for each in opened.values():
            each.close()


@pytest.fixture(scope="module")
def axe() -> str:
    return AXE.read_text()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(visits: dict[str, Visits], axe: str, name: str, look: str) -> None:
    page = visits[look].open(name)
    # The strict policy keeps script tags out; what the debugger evaluates is no part of the page.
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS
    )
    assert [_words(violation) for violation in found["violations"]] == []


def _words(violation: dict[str, Any]) -> str:
    nodes = [f"{node['target']}: {node['failureSummary']}" for node in violation["nodes"][:3]]
    return f"{violation['id']}: " + "; ".join(nodes)
