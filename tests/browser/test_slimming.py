"""A large archive in a real Chromium: what is sent of it, and how it goes on after a cut."""

import re
import secrets
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Page, Playwright, expect

from firsthand.migrations import upgrade
from tests.archives import (
    OWNER_ID,
    Crowd,
    account,
    assignment,
    conversation,
    listed,
    manifest,
    some_tweets,
)
from tests.browser.browsing import CHROMIUM, PHONE
from tests.browser.network import Network, network_before
from tests.live import SECRET_KEY, free_port, running_server
from tests.server.house import House, Person
from tests.sparse import write_sparse_zip

pytestmark = pytest.mark.slow

MB = 1_000_000
FILMS = {f"data/tweets_media/{number}-film.mp4": 1_024 * MB for number in range(5)}
SECRET = "what they said to each other"
REPORT = re.compile(r"/import/[0-9a-f-]{36}$")


@dataclass
class Scene:
    house: House
    network: Network
    ana: Person
    ben: Person


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    port = free_port()
    url = f"sqlite:///{tmp_path}/firsthand.db"
    upgrade(url)
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    with network_before(port) as network:
        base_url = f"http://127.0.0.1:{network.port}"
        house = House(url, base_url=base_url, secret_key=SECRET_KEY)
        scene = Scene(house, network, house.person("Ana Oliveira"), house.person("Ben Carter"))
        with running_server(url, port, FIRSTHAND_BASE_URL=base_url, TMPDIR=str(uploads)):
            yield scene
            assert list(uploads.iterdir()) == []
        house.close()


OpenPage = Callable[..., AbstractContextManager[Page]]


@pytest.fixture
def open_page(playwright: Playwright, scene: Scene) -> OpenPage:
    """``with open_page(person) as page``: the import page."""

    @contextmanager
    def opened(person: Person, **more: Any) -> Iterator[Page]:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        settings = scene.house.settings
        # Chromium reports a cross-page transition that a busy machine cuts short as a page's error.
        context = browser.new_context(
            viewport=PHONE, base_url=settings.base_url, reduced_motion="reduce", **more
        )
        name = settings.session_cookie
        value = person.client.cookies.get(name) or ""
        context.add_cookies([{"name": name, "value": value, "url": settings.base_url}])
        page = context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto("/import")
        yield page
        browser.close()
        assert problems == []

    return opened


def lists(tweets: int = 2_000) -> dict[str, str]:
    """The files of an archive that the import needs, and some that it must not get."""
    names = ["account.js", "following.js", "follower.js", "tweets.js", "direct-message-headers.js"]
    talk = conversation(OWNER_ID, "31", [datetime(2024, 5, 6, tzinfo=UTC)])
    people = range(31, 431)
    return {
        "data/manifest.js": manifest([*names, "direct-messages.js"]),
        "data/account.js": assignment("account", [account()]),
        "data/following.js": assignment("following", [listed("following", str(n)) for n in people]),
        "data/follower.js": assignment("follower", [listed("follower", str(n)) for n in people]),
        "data/tweets.js": assignment("tweets", some_tweets(tweets, Crowd(500))),
        "data/direct-message-headers.js": assignment("direct-message-headers", [talk]),
        "data/direct-messages.js": f"window.YTD.direct_messages.part0 = [ ] // {SECRET}",
        "data/ip-audit.js": "window.YTD.ip_audit.part0 = [ ]",
    }


def choose(page: Page, file: Path) -> None:
    page.locator("input[type=file]").set_input_files(file)


def bring(page: Page) -> None:
    page.get_by_role("button", name="Import it").click()


def report(page: Page) -> str:
    page.wait_for_url(REPORT)
    page.get_by_text("Undo this import").wait_for(timeout=60_000)
    return page.locator("main").inner_text()


def outcome(person: Person, page: Page) -> dict[str, Any]:
    import_id = page.url.rpartition("/")[2]
    item: dict[str, Any] = person.client.get(f"/api/v1/imports/{import_id}").json()
    del item["id"]
    return item


class Memory:
    """The most that Chromium's processes take beyond what they took before, by kind, in bytes."""

    def __init__(self) -> None:
        self.most: dict[str, int] = {}
        self._before = self._taken()
        self._over = threading.Event()
        self._watching = threading.Thread(target=self._watch)

    def __enter__(self) -> "Memory":
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watching.join()

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            for kind, taken in self._taken().items():
                grown = taken - self._before.get(kind, 0)
                self.most[kind] = max(self.most.get(kind, 0), grown)

    def _taken(self) -> dict[str, int]:
        taken: dict[str, int] = {}
        for process in psutil.Process().children(recursive=True):
            try:
                command, memory = " ".join(process.cmdline()), process.memory_info().rss
            except psutil.Error:
                continue
            if "chromium" in command:
                found = re.search(r"--type=([a-z-]+)", command)
                kind = found[1] if found else "browser"
                taken[kind] = taken.get(kind, 0) + memory
        return taken


def heap(page: Page) -> int:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    metrics = session.send("Performance.getMetrics")["metrics"]
    return int(next(m["value"] for m in metrics if m["name"] == "JSHeapTotalSize"))


def test_of_five_gigabytes_only_the_lists_are_sent(
    scene: Scene, open_page: OpenPage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = write_sparse_zip(tmp_path / "twitter.zip", lists(60_000), FILMS)
    assert archive.stat().st_size > 5_120 * MB
    with open_page(scene.ana) as page:
        with Memory() as memory:
            began = time.monotonic()
            choose(page, archive)
            said = page.locator("[data-chosen]")
            expect(said).to_contain_text("of 5,1")
            looked = time.monotonic() - began
            words = said.inner_text()
            used = heap(page)
            before = scene.network.brought
            bring(page)
            page.wait_for_url(REPORT)
            seconds = time.monotonic() - began
        sent = scene.network.brought - before
        report(page)
        assert outcome(scene.ana, page)["problems"] == []
    with capsys.disabled():
        print(
            f"\n{archive.stat().st_size / MB:,.0f} MB: {sent / MB:.2f} MB sent, looked at in "
            f"{looked:.2f} s, sent in {seconds:.2f} s, heap {used / MB:.1f} MB, grown by "
            + ", ".join(f"{kind} {grown / MB:.0f} MB" for kind, grown in memory.most.items())
        )
    assert "the lists of people, your posts and whom you wrote with and when" in words
    assert "no pictures, no message texts" in words
    assert MB < sent < 20 * MB
    assert seconds < 20
    assert used < 100 * MB
    assert memory.most["renderer"] < 100 * MB


def test_slimmed_or_plain_or_without_javascript_the_import_is_the_same(
    scene: Scene, open_page: OpenPage, tmp_path: Path
) -> None:
    films = dict.fromkeys(FILMS, 2 * MB)
    archive = write_sparse_zip(tmp_path / "twitter.zip", lists(), films)
    with open_page(scene.ana) as page:
        choose(page, archive)
        bring(page)
        slimmed = report(page)
        mine = outcome(scene.ana, page)
    before = scene.network.brought
    with open_page(scene.ben, java_script_enabled=False) as page:
        choose(page, archive)
        bring(page)
        page.wait_for_url(REPORT)
        # Without JavaScript the page asks again by itself.
        page.get_by_text("Undo this import").wait_for(timeout=60_000)
        plain = page.locator("main").inner_text()
        theirs = outcome(scene.ben, page)
    assert scene.network.brought - before > archive.stat().st_size
    assert mine == theirs
    assert mine["state"] == "done"
    assert mine["ties"]["added"] > 400
    assert slimmed == plain


def test_after_a_cut_it_goes_on_where_it_was(
    scene: Scene, open_page: OpenPage, tmp_path: Path
) -> None:
    files: dict[str, str | bytes] = {**lists(), "data/tweets-part1.js": _incompressible(20 * MB)}
    archive = write_sparse_zip(tmp_path / "twitter.zip", files, FILMS)
    with open_page(scene.ana) as page:
        choose(page, archive)
        expect(page.locator("[data-chosen]")).to_contain_text("of 5,1")
        before = scene.network.brought
        # In the middle of the second piece.
        scene.network.most = before + 6 * MB
        bring(page)
        expect(page.locator("[data-trouble]")).to_contain_text("No network. It goes on by itself.")
        value = float(page.locator("[data-sending] progress").get_attribute("value") or 0)
        assert 15 < value < 60
        scene.network.most = float("inf")
        scene.network.state = "up"
        page.wait_for_url(REPORT)
        sent = scene.network.brought - before
        report(page)
    size = _slim_size(archive)
    # What the server had written of the piece that was cut is not sent again either.
    assert size <= sent < size + 1.5 * MB


def test_after_a_reload_the_same_file_goes_on_and_can_be_cancelled(
    scene: Scene, open_page: OpenPage, tmp_path: Path
) -> None:
    files: dict[str, str | bytes] = {**lists(), "data/tweets-part1.js": _incompressible(20 * MB)}
    archive = write_sparse_zip(tmp_path / "twitter.zip", files, FILMS)
    size = _slim_size(archive)
    with open_page(scene.ana) as page:
        before = scene.network.brought
        scene.network.most = before + 10 * MB
        choose(page, archive)
        bring(page)
        expect(page.locator("[data-trouble]")).to_contain_text("No network")
        scene.network.most, scene.network.state = float("inf"), "up"
        page.reload()
        choose(page, archive)
        bring(page)
        page.wait_for_url(REPORT)
        assert scene.network.brought - before < size + 2 * MB
        report(page)

        page.goto("/import")
        scene.network.most = scene.network.brought + 6 * MB
        choose(page, archive)
        bring(page)
        expect(page.locator("[data-trouble]")).to_contain_text("No network")
        scene.network.most, scene.network.state = float("inf"), "up"
        with page.expect_response(lambda answer: answer.request.method == "DELETE"):
            page.get_by_role("button", name="Cancel").click()
        expect(page.locator("[data-sending]")).to_be_hidden()
        expect(page.get_by_role("button", name="Import it")).to_be_enabled()
        page.goto("/import")
        # The one that was cancelled was never brought.
        assert page.locator("section .rows li").count() == 1


def test_what_cannot_be_sent_is_said_before_anything_is(
    scene: Scene, open_page: OpenPage, tmp_path: Path
) -> None:
    outer = write_sparse_zip(tmp_path / "outer.zip", {}, {"twitter.zip": 3_000 * MB})
    film = tmp_path / "film.mp4"
    with film.open("wb") as out:
        out.truncate(3_000 * MB)
    with open_page(scene.ana) as page:
        before = scene.network.brought
        refusal = page.locator("[data-refusal]")
        choose(page, outer)
        expect(refusal).to_have_text("There is a zip within this zip: unpack the outer one first.")
        choose(page, film)
        expect(refusal).to_contain_text("is larger than the 2,000 MB that can be sent at once")
        bring(page)
        expect(refusal).to_contain_text("is larger than the 2,000 MB that can be sent at once")
        assert scene.network.brought == before


def test_it_goes_on_only_for_the_account_that_began(
    scene: Scene, open_page: OpenPage, tmp_path: Path
) -> None:
    archive = write_sparse_zip(tmp_path / "twitter.zip", lists(), FILMS)
    with open_page(scene.ana) as page:
        choose(page, archive)
        expect(page.locator("[data-chosen]")).to_contain_text("of 5,1")
        scene.network.state = "down"
        bring(page)
        expect(page.locator("[data-trouble]")).to_contain_text("No network")
        name = scene.house.settings.session_cookie
        value = scene.ben.client.cookies.get(name) or ""
        page.context.add_cookies(
            [{"name": name, "value": value, "url": scene.house.settings.base_url}]
        )
        scene.network.state = "up"
        expect(page.locator("[data-refusal]")).to_contain_text("belongs to another account")
    assert scene.ben.client.get("/import").text.count("twitter.zip") == 0


def test_without_its_scripts_the_form_sends_the_files(
    scene: Scene, open_page: OpenPage, tmp_path: Path
) -> None:
    archive = write_sparse_zip(tmp_path / "twitter.zip", lists(20), {})
    with open_page(scene.ana) as page:
        page.route("**/static/chunk.*", lambda route: route.abort())
        choose(page, archive)
        bring(page)
        report(page)


def test_the_servers_own_words_are_shown_for_a_file_that_it_cannot_read(
    scene: Scene, open_page: OpenPage, tmp_path: Path
) -> None:
    cut = tmp_path / "twitter.zip"
    cut.write_bytes(write_sparse_zip(tmp_path / "whole.zip", lists(20), {}).read_bytes()[:-200])
    with open_page(scene.ana) as page:
        choose(page, cut)
        bring(page)
        page.wait_for_url(REPORT)
        page.get_by_text("twitter.zip is cut off or damaged").wait_for()


def _incompressible(size: int) -> bytes:
    """A list that has one element of random letters."""
    return b'window.YTD.tweets.part1 = [ {"x": "' + secrets.token_hex(size).encode() + b'"} ]'


def _slim_size(archive: Path) -> int:
    """What is needed of it, without the zip's own headers."""
    with zipfile.ZipFile(archive) as container:
        return sum(
            info.compress_size
            for info in container.infolist()
            if not re.search("_media|ip-audit|direct-messages", info.filename)
        )
