"""What somebody takes back through one server is in no answer of the other a second later."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from firsthand.accounts.faces import keep_face
from firsthand.ties.kinds import KindCount, TieKind
from tests.live import free_port, running_server
from tests.postgres import PostgresServer
from tests.server.house import House, Person, Wearer, tie

_SECONDS = 1.0
_PHONE, _NAME, _HANDLE = "+44 20 7946 0018", "Ana Oliveira", "ana_of_lisbon"
_HEADLINE, _COMPANY = "Harbour pilot", "Tides and Sons"
_SAID = "You replied 14 times"


@dataclass
class Two:
    """Two servers on one database; Ana changes things on the first, Ben looks at the second."""

    first: str
    second: str
    house: House
    ana: Person
    ben: Person
    olga: Person
    anas: Wearer
    slug: str
    contact: str
    face: str
    handle: str

    def change(self, who: Person, method: str, path: str, **more: Any) -> None:
        answer = httpx.request(method, self.first + path, headers=who.bearer, timeout=30, **more)
        assert answer.status_code < 400, (path, answer.status_code, answer.text[:300])

    def look(self, who: Person, path: str) -> httpx.Response:
        return httpx.get(self.second + path, headers=who.bearer, timeout=30)


@pytest.fixture(scope="module")
def servers(
    postgres: PostgresServer, postgres_template: str
) -> Iterator[tuple[House, tuple[str, str]]]:
    """Two processes, for all of these tests: starting them takes longest."""
    url = postgres.create_database(postgres_template)
    with ExitStack() as running:
        ports = free_port(), free_port()
        for port in ports:
            running.enter_context(running_server(url, port))
        house = House(url)
        running.callback(house.close)
        yield house, (f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}")


@pytest.fixture
def two(servers: tuple[House, tuple[str, str]]) -> Two:
    house, (first, second) = servers
    slug = f"event-{uuid4().hex[:8]}"
    olga, ana, ben = house.person("Olga"), house.person(_NAME), house.person("Ben")
    event = house.event(olga, slug=slug, timezone="UTC")
    anas = house.attendee(event, ana, handles=[("x", _HANDLE)])
    house.attendee(event, ben)
    shown = dict.fromkeys(("headline", "company", "email", "phone", "face"), "browsing")
    profile = {"headline": _HEADLINE, "company": _COMPANY, "phone": _PHONE, "circles": shown}
    assert ana.client.patch("/api/v1/me", json=profile).status_code == 200
    face = f"/faces/{house.db.write_now(keep_face, ana.id, b'a picture').face}"
    house.ties(ben, tie(_HANDLE, KindCount(TieKind.REPLIED, 14)))
    contact = house.scan(ben, anas)["contact"]
    handle = ana.client.get("/api/v1/me").json()["handles"][0]["id"]
    return Two(first, second, house, ana, ben, olga, anas, slug, contact, face, handle)


_LIST = "/api/v1/events/{slug}/attendees"
_PAGE = "/events/{slug}/attendees"
_OFFLINE = "/api/v1/me/offline"
Change = Callable[[Two], None]


def hide(name: str) -> Change:
    return lambda two: two.change(
        two.ana, "PATCH", "/api/v1/me", json={"circles": {name: "nobody"}}
    )


def unlist(two: Two) -> None:
    two.change(two.ana, "PUT", f"/me/events/{two.slug}/listing", data={"listed": "no"})


def hide_handle(two: Two) -> None:
    two.change(two.ana, "PATCH", f"/me/handles/{two.handle}", data={"circle": "nobody"})


def remove_handle(two: Two) -> None:
    two.change(two.ana, "DELETE", f"/me/handles/{two.handle}")


def block(two: Two) -> None:
    meeting = two.ben.client.get("/api/v1/meetings").json()
    path = f"/claims/{two.ben.id}/{meeting['items'][0]['id']}/block"
    two.change(two.ana, "PUT", path)


def leave(two: Two) -> None:
    two.change(two.ana, "DELETE", "/api/v1/me")


def rename(two: Two) -> None:
    two.change(two.ana, "PATCH", "/api/v1/me", json={"name": "Somebody"})


CARD = "/api/v1/contacts/{contact}"
CARD_PAGE = "/people/{contact}"
REVOCATIONS: list[tuple[Change, str, tuple[str, ...]]] = [
    (hide("headline"), _HEADLINE, (_LIST, _PAGE, _OFFLINE, CARD, CARD_PAGE, "/people")),
    (hide("company"), _COMPANY, (_LIST, _PAGE, _OFFLINE, CARD, CARD_PAGE, "/people")),
    (hide("phone"), _PHONE, (CARD_PAGE, "/api/v1/contacts.vcf", "/api/v1/contacts.csv")),
    (hide_handle, _HANDLE, (_LIST, CARD, CARD_PAGE)),
    (remove_handle, _HANDLE, (_LIST, CARD, CARD_PAGE)),
    (hide_handle, _SAID, (CARD_PAGE,)),
    (remove_handle, _SAID, (CARD_PAGE,)),
    (leave, _SAID, (CARD_PAGE,)),
    (unlist, _NAME, (_LIST, _PAGE, _OFFLINE)),
    (rename, _NAME, (_LIST, _PAGE, _OFFLINE, CARD, CARD_PAGE, "/people", "/api/v1/meetings")),
    (block, _NAME, (_LIST, _PAGE, _OFFLINE, CARD, CARD_PAGE, "/people", "/api/v1/meetings")),
    (leave, _HEADLINE, (_LIST, _PAGE, _OFFLINE, CARD, CARD_PAGE, "/people")),
]


@pytest.mark.parametrize(
    ("change", "word", "paths"),
    REVOCATIONS,
    ids=[
        *("headline", "company", "phone", "handle", "removed", "hidden tie", "removed tie"),
        *("tie of who left", "listed", "name", "block", "left"),
    ],
)
def test_a_revocation_is_in_every_answer_of_the_other_within_a_second(
    two: Two, change: Change, word: str, paths: tuple[str, ...]
) -> None:
    asked = [path.format(contact=two.contact, slug=two.slug) for path in paths]
    for path in asked:
        assert word in two.look(two.ben, path).text, path
    change(two)
    deadline = time.monotonic() + _SECONDS
    late = asked
    # What they answer is all that there is to wait for.
    while late and time.monotonic() < deadline:
        late = [path for path in late if word in two.look(two.ben, path).text]
    assert late == []


def test_a_picture_that_is_taken_back_is_served_by_neither(two: Two) -> None:
    assert two.look(two.ben, two.face).status_code == 200
    hide("face")(two)
    assert two.look(two.ben, two.face).status_code == 404


def test_a_badge_that_is_revoked_leads_nowhere_on_the_other(two: Two) -> None:
    path = f"/b/{two.anas.token}"
    assert two.look(two.ben, path).status_code == 200
    two.change(two.olga, "DELETE", f"/organise/{two.slug}/attendees/{two.anas.id}/badge")
    assert two.look(two.ben, path).status_code == 404


def test_who_has_signed_out_everywhere_is_out_of_the_other_within_a_second(two: Two) -> None:
    cookie = dict(two.ana.client.cookies)

    def asked() -> httpx.Response:
        return httpx.get(two.second + "/api/v1/me", cookies=cookie, timeout=30)

    assert asked().status_code == 200
    httpx.delete(two.first + "/sessions", cookies=cookie, timeout=30)
    deadline = time.monotonic() + _SECONDS
    status = 200
    while status == 200 and time.monotonic() < deadline:
        status = asked().status_code
    assert status == 401
