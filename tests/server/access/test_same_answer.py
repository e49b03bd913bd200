"""What is unknown, revoked, malformed or not for the asker is one and the same nothing."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import block
from firsthand.badges.models import Badge
from firsthand.db import now
from tests.server.house import House, Person, Wearer
from tests.statements import statements

KINDS = ("unknown", "revoked", "malformed", "blocked")
# What a request brings along itself.
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def ana(house: House) -> Person:
    return house.person()


@pytest.fixture
def nothings(house: House, ana: Person) -> dict[str, Wearer]:
    """By kind: a token and a short code that lead Ana nowhere."""
    event = house.event(house.person("Olga"))
    house.attendee(event, ana)
    bob = house.person("Bob")
    revoked, blocked = house.attendee(event, "Rae"), house.attendee(event, bob)

    def change(session: Session) -> None:
        session.execute(
            update(Badge).where(Badge.attendee_id == revoked.id).values(revoked_at=now())
        )
        block(session, bob.id, ana.id)

    house.db.write_now(change)
    last = "0" if revoked.token[-1] != "0" else "1"
    known = revoked.code.removesuffix(revoked.token)
    unknown = "0" * 25 + "Z"
    return {
        "unknown": Wearer(revoked.id, unknown, "ZZZZZZZZ", known + unknown),
        "revoked": revoked,
        "malformed": Wearer(revoked.id, revoked.token[:-2] + last, "!", known + "no-token"),
        "blocked": blocked,
    }


def whole(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    headers = sorted(
        (name, value) for name, value in answer.headers.items() if name != "content-length"
    )
    return answer.status_code, headers, _ID.sub(b"ID", answer.content)


def test_a_badges_page_is_the_same_for_all_that_leads_nowhere(
    house: House, ana: Person, nothings: dict[str, Wearer]
) -> None:
    signed_in = [whole(ana.client.get(f"/b/{nothings[kind].token}")) for kind in KINDS]
    stranger = house.client()
    # Who is not signed in is nobody whom anybody could have blocked.
    signed_out = [whole(stranger.get(f"/b/{nothings[kind].token}")) for kind in KINDS[:3]]
    assert signed_in == signed_in[:1] * len(KINDS)
    assert signed_out == signed_out[:1] * 3
    assert signed_in[0][0] == signed_out[0][0] == 404


def test_a_scan_of_what_leads_nowhere_is_refused_in_the_same_words(
    ana: Person, nothings: dict[str, Wearer]
) -> None:
    def scanned(code: str) -> tuple[Any, ...]:
        sent = {"id": str(uuid4()), "code": code, "scanned_at": "2026-11-23T10:42:07+01:00"}
        return whole(ana.client.post("/api/v1/scans", json={"device": "d", "scans": [sent]}))

    def typed(code: str) -> tuple[Any, ...]:
        return whole(ana.client.post("/scans", data={"code": code, "id": str(uuid4())}))

    for ways in (scanned, typed):
        by_token = [ways(nothings[kind].code) for kind in KINDS]
        tidy = [
            (status, headers, content.replace(nothings[kind].code.encode(), b"CODE"))
            for kind, (status, headers, content) in zip(KINDS, by_token, strict=True)
        ]
        assert tidy == tidy[:1] * len(KINDS)


def test_a_short_code_that_leads_nowhere_is_refused_in_the_same_words(
    ana: Person, nothings: dict[str, Wearer]
) -> None:
    def scanned(code: str) -> tuple[Any, ...]:
        sent = {"id": str(uuid4()), "code": code, "scanned_at": "2026-11-23T10:42:07+01:00"}
        return whole(ana.client.post("/api/v1/scans", json={"device": "d", "scans": [sent]}))

    kinds = ("unknown", "revoked", "blocked")
    answers = [scanned(nothings[kind].short_code) for kind in kinds]
    assert answers == answers[:1] * len(kinds)


def asked(house: House, ask: Callable[[], httpx.Response]) -> tuple[int, list[str]]:
    """The answer's status, and what the database was asked for it."""
    # Who asks is remembered for a second.
    house.app.state.viewers.forget_everybody()
    with statements() as said:
        status = ask().status_code
    return status, said


@pytest.mark.parametrize("way", ["page", "removal", "scan", "short code"])
@pytest.mark.parametrize("signed_in", [True, False])
def test_what_leads_nowhere_asks_the_database_the_same(
    house: House, ana: Person, nothings: dict[str, Wearer], way: str, signed_in: bool
) -> None:
    """Else the time of an answer tells what kind of nothing it was."""
    client = ana.client if signed_in else house.client()

    def ask(wearer: Wearer) -> httpx.Response:
        match way:
            case "page":
                return client.get(f"/b/{wearer.token}")
            case "removal":
                return client.post(f"/b/{wearer.token}/removal")
        code = wearer.code if way == "scan" else wearer.short_code
        scan = {"id": str(uuid4()), "code": code, "scanned_at": "2026-11-23T10:42:07+01:00"}
        return client.post("/api/v1/scans", json={"device": "d", "scans": [scan]})

    # Who is not signed in is nobody whom anybody could have blocked.
    kinds = ["unknown", "revoked", *(["blocked"] if signed_in else [])]
    # The first of a kind is put together.
    ask(nothings["unknown"])
    first, *others = (asked(house, partial(ask, nothings[k])) for k in kinds)
    assert others == [first] * len(others)
