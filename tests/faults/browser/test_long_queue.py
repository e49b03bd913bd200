"""What a phone has kept through a day without network, and the evening's slow Wi-Fi."""

import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from firsthand.migrations import upgrade
from tests.browser.test_queue import PUT, meetings, record
from tests.faults.bad_network import bad_network
from tests.faults.browser.chromium import ChromiumPhone
from tests.faults.conftest import Proof
from tests.faults.figures import Figures
from tests.live import SECRET_KEY, free_port, running_server
from tests.server.house import House, Person

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser-proofs")]
_QUEUED = 500
_EDITED = 50
_ROUND_TRIP = 0.3
_SECONDS = 10
_SECONDS_FOR_EDITS = 6
_WATCH = """() => {
  window.told = [];
  const count = document.querySelector("#box-count");
  const watch = () => told.push(count.textContent);
  new MutationObserver(watch).observe(count, { childList: true });
}"""


@contextmanager
def box_without_network(
    playwright: Playwright, rng: random.Random, folder: Path
) -> Iterator[tuple[Person, Page]]:
    """The page of the box on the phone of somebody who is out of range; the server is far away."""
    folder.mkdir()
    port = free_port()
    url = f"sqlite:///{folder}/firsthand.db"
    upgrade(url)
    with bad_network(port, rng, round_trip=_ROUND_TRIP) as network:
        house = House(url, base_url=network.address, secret_key=SECRET_KEY)
        ana = house.person("Ana Oliveira", email="ana@example.org")
        with running_server(url, port, FIRSTHAND_BASE_URL=network.address):
            phone = ChromiumPhone(playwright, folder / "profile", house, ana)
            page = phone.start()
            page.goto("/scan/box")
            page.context.set_offline(True)
            yield ana, page
            phone.close()
        house.close()


def queue(page: Page, records: list[dict[str, object]]) -> None:
    """As if they had been scanned; the open page takes them up as from another tab."""
    page.evaluate(PUT, records)
    page.evaluate("new BroadcastChannel('firsthand-scans').postMessage('changed')")
    count = page.locator("#box-count")
    expect(count).to_have_text(f"{len(records)} on this phone, not safe yet")
    page.evaluate(_WATCH)


def seconds_until_safe(page: Page, number: int) -> float:
    """From the moment the network is back to the page's word."""
    start = time.monotonic()
    page.context.set_offline(False)
    expect(page.locator("#box-count")).to_have_text(f"{number} safe", timeout=60_000)
    return time.monotonic() - start


def test_500_queued_in_the_browser_arrive_in_10_s_at_300_ms(
    proof: Proof, playwright: Playwright, tmp_path: Path
) -> None:
    slowest = 0.0
    for rng in proof.each_round():
        folder = tmp_path / str(proof.rounds)
        with box_without_network(playwright, rng, folder) as (ana, page):
            queue(page, [record(ana, f"https://x.com/p{n}", n) for n in range(_QUEUED)])
            slowest = max(slowest, seconds_until_safe(page, _QUEUED))
            told = {said for said in page.evaluate("told") if re.match(r"\d+ of 500 sent", said)}
            names = Counter(meeting["contact"]["name"] for meeting in meetings(ana))
        proof.note = f"arrived within {slowest:.1f} s"
        doubled = sum(number - 1 for number in names.values())
        proof.found_all(Figures(_QUEUED, _QUEUED, len(names), _QUEUED - len(names), doubled))
        assert len(told) >= 9, told
        assert slowest < _SECONDS


def test_50_notes_made_in_the_browser_arrive_in_6_s_at_300_ms(
    proof: Proof, playwright: Playwright, tmp_path: Path
) -> None:
    """One by one they would take a round trip each, 15 s together."""
    slowest = 0.0
    for rng in proof.each_round():
        folder = tmp_path / str(proof.rounds)
        with box_without_network(playwright, rng, folder) as (ana, page):
            queue(page, edited(ana))
            slowest = max(slowest, seconds_until_safe(page, _EDITED))
            notes = Counter(meeting["note"] for meeting in meetings(ana))
        found = len(notes.keys() & {f"note {n}" for n in range(_EDITED)})
        proof.note = f"arrived within {slowest:.1f} s"
        proof.found_all(Figures(_EDITED, _EDITED, found, _EDITED - found))
        assert slowest < _SECONDS_FOR_EDITS


def edited(owner: Person) -> list[dict[str, object]]:
    """Scans that the server has, each with a note that it has not."""
    records: list[dict[str, Any]] = [
        record(owner, f"https://x.com/p{n}", n) for n in range(_EDITED)
    ]
    body = {"device": "phone", "scans": [each["scan"] for each in records]}
    answer = owner.client.post("/api/v1/scans", json=body)
    assert {result["outcome"] for result in answer.json()["results"]} == {"recorded"}
    for number, each in enumerate(records):
        edit = {"note": f"note {number}", "intents": [], "edited_sequence": number + 1}
        each.update(state="safe", safeAt=1, edit=edit, editSent=False)
    return list(records)
