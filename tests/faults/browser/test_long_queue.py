"""What a phone has kept through a day without network, and the evening's bad Wi-Fi."""

import re
import time
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from firsthand.migrations import upgrade
from tests.browser.test_queue import PUT, meetings, record
from tests.faults.bad_network import bad_network
from tests.faults.browser.chromium import ChromiumPhone
from tests.faults.conftest import Proof
from tests.faults.figures import Figures
from tests.live import SECRET_KEY, free_port, running_server
from tests.server.house import House

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser-proofs")]
_QUEUED = 500
_ROUND_TRIP = 0.3
_SECONDS = 10
_WATCH = """() => {
  window.told = [];
  const count = document.querySelector("#box-count");
  const watch = () => told.push(count.textContent);
  new MutationObserver(watch).observe(count, { childList: true });
}"""


def test_500_queued_in_the_browser_arrive_in_10_s_at_300_ms(
    proof: Proof, playwright: Playwright, tmp_path: Path
) -> None:
    """From the moment the network is back, through real connections to the last "safe"."""
    slowest = 0.0
    for rng in proof.each_round():
        folder = tmp_path / str(proof.rounds)
        folder.mkdir()
        port = free_port()
        url = f"sqlite:///{folder}/firsthand.db"
        upgrade(url)
        with bad_network(port, rng, round_trip=_ROUND_TRIP) as network:
            base_url = network.address
            house = House(url, base_url=base_url, secret_key=SECRET_KEY)
            ana = house.person("Ana Oliveira", email="ana@example.org")
            with running_server(url, port, FIRSTHAND_BASE_URL=base_url):
                phone = ChromiumPhone(playwright, folder / "profile", house, ana)
                page = phone.start()
                page.goto("/scan/box")
                page.context.set_offline(True)
                queue(page, [record(ana, f"https://x.com/p{n}", n) for n in range(_QUEUED)])
                start = time.monotonic()
                page.context.set_offline(False)
                expect(page.locator("#box-count")).to_have_text("500 safe", timeout=60_000)
                slowest = max(slowest, time.monotonic() - start)
                steps = [told for told in page.evaluate("told") if re.match(r"\d+ of 500", told)]
                phone.close()
            names = Counter(meeting["contact"]["name"] for meeting in meetings(ana))
            house.close()
        proof.note = f"arrived within {slowest:.1f} s"
        doubled = sum(number - 1 for number in names.values())
        proof.found_all(Figures(_QUEUED, _QUEUED, len(names), _QUEUED - len(names), doubled))
        assert len(set(steps)) >= 9, steps
        assert slowest < _SECONDS


def queue(page: Page, records: list[dict[str, object]]) -> None:
    """As if they had been scanned; the open page takes them up as from another tab."""
    page.evaluate(PUT, records)
    page.evaluate("new BroadcastChannel('firsthand-scans').postMessage('changed')")
    expect(page.locator("#box-count")).to_have_text("500 on this phone, not safe yet")
    page.evaluate(_WATCH)
