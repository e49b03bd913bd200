"""Whatever anybody types, imports or prints stays text, on every page, in two browsers."""

import csv
import json
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import icalendar
import pytest
import vobject

from firsthand.migrations import upgrade
from tests.browser.hostile import (
    PAYLOADS,
    Typed,
    about,
    is_typed_into,
    seed_hostile,
    shape_of,
)
from tests.browser.world import World
from tests.live import SECRET_KEY, free_port, running_server
from tests.server.access.matrix import MATRIX
from tests.server.house import House

# One crawl for all of them: it takes minutes.
pytestmark = pytest.mark.xdist_group("hostile text")
WALKER = Path(__file__).with_name("walker.mjs")
PROGRAMS = {"chrome": "/usr/bin/chromium", "firefox": "/usr/bin/firefox-esr"}
_PATIENCE = 400
_OFFLINE = (
    *("/offline", "/offline/people", "/badge", "/follow-ups", "/scan", "/scan/box"),
    *("/events/seaside/attendees", "/people"),
)


@dataclass(frozen=True)
class Hostile:
    world: World
    typed: Typed
    port: int
    url: str
    pages: dict[str, list[str]]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    port = free_port()
    url = f"sqlite:///{tmp_path_factory.mktemp('hostile')}/world.db"
    upgrade(url)
    house = House(url, base_url=f"http://127.0.0.1:{port}", secret_key=SECRET_KEY)
    # In a thread of its own: imports start a loop of their own.
    with ThreadPoolExecutor(1) as elsewhere:
        world, typed, pages = elsewhere.submit(seed_hostile, house).result()
    yield Hostile(world, typed, port, url, pages)
    house.close()


def paths_of(hostile: Hostile, who: str) -> list[str]:
    """Pages of the world, and what is taken from their addresses."""
    typed = [quote(payload, safe="") for payload in PAYLOADS[:4]]
    of_address = [
        *(f"/people?q={text}" for text in typed),
        *(f"/events/seaside/{page}?q={text}" for page in ("attendees", "unmet") for text in typed),
        *(f"/share?url={text}&text={text}&title={text}" for text in typed),
        *(f"/sign-in?next={text}" for text in typed),
        *(f"/{text}" for text in typed),
        *(f"/b/{text}" for text in typed[:2]),
        *(f"/join/{text}" for text in typed[:2]),
    ]
    more = [hostile.world.places["report"]] if who == "mira" else []
    return hostile.pages[who] + more + (of_address if who in {"ana", ""} else [])


def _started(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def walked(
    hostile: Hostile, browser: str, paths: dict[str, list[str]], folder: Path
) -> dict[str, Any]:
    """What the walker noticed; the last pages without a server."""
    world = hostile.world
    is_quick = browser == "chrome"
    people = [
        {"who": who, "value": world.cookie(who) if who else "", "paths": list(dict.fromkeys(those))}
        for who, those in paths.items()
    ]
    work = {
        "browser": browser,
        "program": PROGRAMS[browser],
        "origin": world.house.settings.base_url,
        "cookie": world.house.settings.session_cookie,
        "people": people,
        "follow": is_quick,
        "offline": _OFFLINE if is_quick else [],
    }
    file = folder / "work.json"
    file.write_text(json.dumps(work))
    with ExitStack() as stack:
        with running_server(hostile.url, hostile.port):
            walker = stack.enter_context(_started(["node", str(WALKER), str(file)]))
            assert walker.stdout
            assert walker.stdout.readline().strip() == "WALKED"
        said, _ = walker.communicate("\n", timeout=_PATIENCE)
    found: dict[str, Any] = json.loads(said)
    return found


@pytest.fixture(scope="module")
def both(hostile: Hostile, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What each browser noticed on the way. Firefox goes where Chromium's links have led."""
    paths = {who: paths_of(hostile, who) for who in ("ana", "mira", "", "nameless", "busy", "new")}
    chrome = walked(hostile, "chrome", paths, tmp_path_factory.mktemp("chrome"))
    # It is slower: of addresses that differ in a word alone, the first.
    first: dict[tuple[str, str], str] = {}
    for each in chrome["visited"]:
        words = re.sub(r"=[^&]*", "=*", each["path"])
        first.setdefault((each["who"], shape_of(words)), each["path"])
    followed = {who: [path for (of, _), path in first.items() if of == who] for who in paths}
    firefox = walked(hostile, "firefox", followed, tmp_path_factory.mktemp("firefox"))
    assert chrome["offline"] == len(_OFFLINE)
    return {"chrome": chrome, "firefox": firefox}


@pytest.fixture(params=["chrome", "firefox"])
def found(both: dict[str, dict[str, Any]], request: pytest.FixtureRequest) -> dict[str, Any]:
    print(f"{request.param}: {len(both[request.param]['visited'])} pages")
    return both[request.param]


# What has no words of anybody's, is no page, or shows nothing in this world.
_NO_PAGE = re.compile(
    r"/(api|static|feeds|health|metrics|carddav|faces|\.well-known|sw|manifest)|.*\.(pdf|png)$"
)
_NOT_HERE = {
    "/sign-in/code": "there is no mail server to send one",
    "/sign-in/with/{provider}/back": "a provider sends people there",
    "/me/identities/offered": "comes of signing in elsewhere",
}


def test_every_page_there_is_is_visited(found: dict[str, Any]) -> None:
    pages = {
        path
        for path, of in MATRIX.items()
        if "GET" in of and not _NO_PAGE.match(path) and path not in _NOT_HERE
    }
    shown = {unquote(each["shown"]) for each in found["visited"] if each["status"] == 200}
    missed = {
        path
        for path in pages
        if not any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), each) for each in shown)
    }
    assert missed == set()


def test_every_form_there_is_is_typed_into(hostile: Hostile, found: dict[str, Any]) -> None:
    missed = {
        about(form["method"], form["action"], form["texts"]): form["at"]
        for form in found["forms"]
        if is_typed_into(form["action"], form["texts"], form["deletes"])
    }
    print(f"{len(missed)} forms with texts")
    for known in hostile.typed.about:
        missed.pop(known, None)
    assert missed == {}


def test_no_payload_runs_or_becomes_an_element_or_breaks_the_policy(found: dict[str, Any]) -> None:
    kinds = ("violations", "executed", "injected", "links", "errors")
    problems = {kind: list(dict.fromkeys(found[kind])) for kind in kinds if found[kind]}
    assert problems == {}, json.dumps(problems, indent=1)[:5000]


def test_no_page_asks_any_other_site_for_anything(found: dict[str, Any]) -> None:
    assert found["thirdParties"] == []


def test_every_answer_to_a_payload_shows_it_as_text(hostile: Hostile) -> None:
    assert hostile.typed.raw == []
    assert hostile.typed.broken == []
    print(f"{len(hostile.typed.taken)} forms took a payload, {len(hostile.typed.refused)} did not")


def test_exports_keep_payloads_as_text_and_no_cell_is_a_formula(hostile: Hostile) -> None:
    client = hostile.world.people["ana"].client

    def text(path: str) -> str:
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment")
        return answer.content.decode()

    for path in ("/api/v1/contacts.csv", "/api/v1/contacts.csv?layout=google"):
        rows = list(csv.reader(StringIO(text(path).removeprefix("\ufeff"), newline="")))
        assert {len(row) for row in rows} == {len(rows[0])}
        cells = [cell for row in rows for cell in row]
        # A mere number keeps its plus: Google takes an apostrophe for a part of it.
        words = [cell for cell in cells if not re.fullmatch(r"\+[0-9 ]+", cell)]
        assert [cell for cell in words if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
        assert any("cmd|" in cell for cell in cells)
    for path in ("/api/v1/contacts.vcf", "/api/v1/contacts.vcf?version=3.0"):
        cards = list(vobject.readComponents(text(path)))
        names = [card.fn.value for card in cards]
        assert any("<img data-pwned" in name for name in names)
        assert text(path).count("BEGIN:VCARD") == len(cards)
    calendar = icalendar.Calendar.from_ical(text("/api/v1/follow-ups.ics"))
    assert any("data-pwned" in str(each.get("SUMMARY")) for each in calendar.subcomponents)
    assert "<img data-pwned" in json.dumps(json.loads(text("/api/v1/me/export")))
