"""kill -9 of the browser: what its card said is kept arrives, once."""

import random
import re
import threading
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Error, Locator, Page, Playwright, expect

from firsthand.migrations import upgrade
from tests.browser.network import Network, network_before
from tests.browser.test_queue import meetings
from tests.faults.bad_network import bad_network
from tests.faults.browser.chromium import ChromiumPhone
from tests.faults.conftest import Proof
from tests.faults.figures import Figures
from tests.live import SECRET_KEY, free_port, running_server
from tests.server.house import House, Person

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser-proofs")]
_KILLS = 5
_ENOUGH = 1_000  # nobody scans so many before the kill
_ROUND_TRIP = 0.1
# Types one code after the other; `said` hears what the card says of each, as soon as it does.
_SCAN_ALL = """async (codes) => {
  const form = document.querySelector("#scan-form");
  const card = document.querySelector("#scan-card");
  const state = document.querySelector("#scan-state");
  const said = () => !card.hidden && /^(On this phone|Safe)/.test(state.textContent);
  for (const code of codes) {
    if (!card.hidden) document.querySelector("#scan-next").click();
    form.elements.code.value = code;
    form.requestSubmit();
    await new Promise((resolve) => {
      const watch = new MutationObserver(() => {
        if (!said()) return;
        watch.disconnect();
        resolve();
      });
      const all = { attributes: true, childList: true, characterData: true, subtree: true };
      watch.observe(card, all);
    });
    await window.said(code);
  }
}"""


def profile_address(name: str) -> str:
    return f"https://x.com/{name}"


def test_kill_9_of_the_browser_after_kept(
    proof: Proof, playwright: Playwright, tmp_path: Path
) -> None:
    for rng in proof.each_round():
        folder = tmp_path / str(proof.rounds)
        folder.mkdir()
        port = free_port()
        url = f"sqlite:///{folder}/firsthand.db"
        upgrade(url)
        with (
            bad_network(port, rng, round_trip=_ROUND_TRIP) as slow,
            network_before(slow.port) as network,
        ):
            base_url = f"http://127.0.0.1:{network.port}"
            house = House(url, base_url=base_url, secret_key=SECRET_KEY)
            ana = house.person("Ana Oliveira", email="ana@example.org")
            with running_server(url, port, FIRSTHAND_BASE_URL=base_url):
                phone = ChromiumPhone(playwright, folder / "profile", house, ana)
                found = use(rng, phone, network, ana)
            house.close()
        proof.note = f"{_KILLS * proof.rounds} kills"
        proof.found_all(found)


def use(rng: random.Random, phone: ChromiumPhone, network: Network, ana: Person) -> Figures:
    """Scan, and be killed meanwhile, with and without network; then send what is left."""
    install(phone)
    kept: list[str] = []
    for kill in range(_KILLS):
        network.state = rng.choice(["up", "down"])
        names = [f"p{kill}_{number}" for number in range(_ENOUGH)]
        scan_until_killed(phone, names, kept, after=rng.uniform(0, 2))
    network.state = "up"
    box = send_everything(phone.start())
    there = Counter(meeting["contact"]["name"].lstrip("@") for meeting in meetings(ana))
    # The phone and the server agree, once what the phone had to ask about is there too.
    expect(box).to_have_text(f"{sum(there.values())} safe", timeout=30_000)
    phone.close()
    # A scan that was cut short before the card said anything may be there or not.
    half = there.keys() - set(kept)
    assert len(half) <= _KILLS
    return Figures(
        tried=len(kept),
        acknowledged=len(kept),
        found=len(there.keys() & set(kept)),
        lost=len(set(kept) - there.keys()),
        doubled=sum(number - 1 for number in there.values()),
    )


def install(phone: ChromiumPhone) -> None:
    """The first visit, until the page opens without network too."""
    page = phone.start()
    page.goto("/scan")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    phone.close()


def scan_until_killed(
    phone: ChromiumPhone, names: list[str], kept: list[str], after: float
) -> None:
    """``kept`` takes in whom the card says to be kept; ``after`` seconds from the first one."""
    page = phone.start()
    timer = threading.Timer(after, phone.kill9)

    def said(code: str) -> None:
        if not timer.is_alive() and not timer.finished.is_set():
            timer.start()
        kept.append(code.rpartition("/")[2])

    page.expose_function("said", said)
    page.goto("/scan")
    with pytest.raises(Error, match=r"closed|crashed"):
        page.evaluate(_SCAN_ALL, [profile_address(name) for name in names])
    timer.join()
    phone.close()


def send_everything(page: Page) -> Locator:
    """Where the phone then says how many are safe."""
    # Whom the kill has made forget who was signed in, the page asks whose scans these are.
    whose = page.get_by_role("dialog").get_by_role("button", name=re.compile("^Yes, keep"))
    page.add_locator_handler(whose, lambda button: button.click())
    page.goto("/scan/box")
    count = page.locator("#box-count")
    expect(count).to_have_text(re.compile(r"^\d+ safe$"), timeout=30_000)
    return count
