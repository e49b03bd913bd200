"""Whatever anybody types, imports or prints stays text, on every page, in two browsers."""

import csv
import json
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import icalendar
import pytest
import vobject

from firsthand.migrations import upgrade
from tests.browser.hostile import PAYLOADS, Typed, seed_hostile
from tests.browser.world import PAGES, World
from tests.live import SECRET_KEY, free_port, running_server
from tests.server.house import House

WALKER = Path(__file__).with_name("walker.mjs")
PROGRAMS = {"chrome": "/usr/bin/chromium", "firefox": "/usr/bin/firefox-esr"}
_PATIENCE = 240
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


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    port = free_port()
    url = f"sqlite:///{tmp_path_factory.mktemp('hostile')}/world.db"
    upgrade(url)
    house = House(url, base_url=f"http://127.0.0.1:{port}", secret_key=SECRET_KEY)
    # In a thread of its own: imports start a loop of their own.
    with ThreadPoolExecutor(1) as elsewhere:
        world, typed = elsewhere.submit(seed_hostile, house).result()
    yield Hostile(world, typed, port, url)
    house.close()


def paths_of(world: World, who: str, payloads: Sequence[str]) -> list[str]:
    """Pages of the world, and what is taken from their addresses."""
    known = [world.path(page) for page in PAGES.values() if page.who == who and not page.sends]
    typed = [quote(payload, safe="") for payload in payloads]
    of_address = [
        *(f"/people?q={text}" for text in typed),
        *(f"/events/seaside/{page}?q={text}" for page in ("attendees", "unmet") for text in typed),
        *(f"/share?url={text}&text={text}&title={text}" for text in typed),
        *(f"/sign-in?next={text}" for text in typed),
        *(f"/{text}" for text in typed),
        *(f"/b/{text}" for text in typed[:2]),
        *(f"/join/{text}" for text in typed[:2]),
    ]
    more = [world.places["report"]] if who == "mira" else []
    return known + more + (of_address if who in {"ana", ""} else [])


def _started(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def walked(hostile: Hostile, browser: str, folder: Path) -> dict[str, Any]:
    """What the walker noticed; the last pages without a server."""
    world = hostile.world
    # Firefox is slower: it looks at less, and follows no links.
    is_quick = browser == "chrome"
    payloads = PAYLOADS[:4] if is_quick else PAYLOADS[:1]
    people = [
        {
            "who": who,
            "value": world.cookie(who) if who else "",
            "paths": list(dict.fromkeys(paths_of(world, who, payloads))),
        }
        for who in ("ana", "mira", "", *(("nameless", "busy", "new") if is_quick else ()))
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


@pytest.fixture(scope="module", params=["chrome", "firefox"])
def found(
    hostile: Hostile, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What each browser noticed on the way."""
    found = walked(hostile, request.param, tmp_path_factory.mktemp("walk"))
    print(f"{request.param}: {found['visited']} pages, {found['offline']} of them without network")
    assert found["visited"] > 60
    assert found["offline"] == (len(_OFFLINE) if request.param == "chrome" else 0)
    return found


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
    assert len(hostile.typed.taken) > 25


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
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
        assert any("cmd|" in cell for cell in cells)
    for path in ("/api/v1/contacts.vcf", "/api/v1/contacts.vcf?version=3.0"):
        cards = list(vobject.readComponents(text(path)))
        names = [card.fn.value for card in cards]
        assert any("<img data-pwned" in name for name in names)
        assert text(path).count("BEGIN:VCARD") == len(cards)
    calendar = icalendar.Calendar.from_ical(text("/api/v1/follow-ups.ics"))
    assert any("data-pwned" in str(each.get("SUMMARY")) for each in calendar.subcomponents)
    assert "<img data-pwned" in json.dumps(json.loads(text("/api/v1/me/export")))
