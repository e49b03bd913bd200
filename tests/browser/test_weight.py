"""What a first visit costs over the wire, with nothing in the cache."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.browsing import PHONE, Visits, launched, served_world
from tests.browser.world import MAIN_PAGES, PAGES, World

MOST = 60_000
MOST_SCRIPT = 22_000
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("weight")]


@dataclass
class Wire:
    """Bytes that came for each address, heads and compressed bodies together."""

    bytes_of: dict[str, float] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def total(self, kind: str = "") -> float:
        return sum(b for url, b in self.bytes_of.items() if kind in self.kinds.get(url, ""))


@pytest.fixture(scope="module")
def served(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Browser, World]]:
    folder = tmp_path_factory.mktemp("world")
    with served_world(folder) as world, launched(playwright) as browser:
        yield browser, world


def weigh(browser: Browser, world: World, name: str) -> Wire:
    """One visit by a browser that has never been here."""
    # The service worker fetches what comes later; it is no part of the page.
    visits = Visits(browser, world, viewport=PHONE, service_workers="block")
    tab = visits.tab(PAGES[name].who)
    network = tab.context.new_cdp_session(tab)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire, urls = Wire(), {}

    def responded(event: dict[str, object]) -> None:
        answer = event["response"]
        assert isinstance(answer, dict)
        urls[event["requestId"]] = answer["url"]
        wire.kinds[answer["url"]] = str(event["type"])

    def finished(event: dict[str, object]) -> None:
        size = event["encodedDataLength"]
        assert isinstance(size, int | float)
        wire.bytes_of[urls[event["requestId"]]] = size

    network.on("Network.responseReceived", responded)
    network.on("Network.loadingFinished", finished)
    visits.open(name)
    tab.wait_for_load_state("networkidle")
    visits.close()
    return wire


@pytest.mark.parametrize("name", [*MAIN_PAGES, "box", "share", "offline", "offline-people"])
def test_a_first_visit_is_light_and_stays_at_home(served: tuple[Browser, World], name: str) -> None:
    wire = weigh(*served, name)
    home = served[1].house.settings.base_url
    away = [url for url in wire.kinds if not url.startswith((f"{home}/", "data:", "blob:"))]
    assert away == []
    assert any(url.endswith(".woff2") for url in wire.bytes_of), "the display face did not come"
    scanner = _SCANNER if name in ("scan", "box") else ()
    own = Wire({u: b for u, b in wire.bytes_of.items() if not _is_of(u, scanner)}, wire.kinds)
    assert own.total() <= MOST, _largest(own)
    assert own.total("Script") <= MOST_SCRIPT, _largest(own)


# What only the scanner's own pages ask for: their scripts, the queue, the decoder and its worker.
_SCANNER = tuple(
    f"/static/{name}" for name in ("scan.", "box.", "chunk.", "foreign-card.", "decode.", "zxing_")
)


def _is_of(url: str, parts: tuple[str, ...]) -> bool:
    return any(part in url for part in parts)


def _largest(wire: Wire) -> list[tuple[float, str]]:
    return sorted(((size, url) for url, size in wire.bytes_of.items()), reverse=True)[:6]
