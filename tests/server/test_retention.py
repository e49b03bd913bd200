"""After retention nothing of an event's list is left, and nobody has lost a word of their own."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.accounts.acts import AccountAct, Act, note
from firsthand.accounts.models import EmailCode, SignInLink, SignInSession
from firsthand.accounts.signing_in import ask_for_code, make_link_token
from firsthand.attendees.models import Attendee
from firsthand.db import Database, now
from firsthand.events.models import Event, EventRole, Role
from firsthand.introductions.models import Introduction
from firsthand.organising.lists import keep_list
from firsthand.retention import _A_PORTION, clean_up
from firsthand.scans.models import Scan
from firsthand.tables import metadata
from tests.server.house import House, Person, Wearer, tie

STARTED = date(2025, 5, 5)


@pytest.fixture
def mira(house: House) -> Person:
    return house.person("Mira Andersen", "mira@example.org")


@pytest.fixture
def event(house: House, mira: Person) -> Event:
    """Over for long, with a list."""
    event = house.event(house.person("Olga Organiser"), starts=STARTED, timezone="UTC")
    house.attendee(event, mira, email="mira-on-the-list@example.org", headline="listed headline")
    house.db.write_now(keep_list, event.id, b"name,email\nlisted upload,listed@example.org\n")
    return event


@pytest.fixture
def fenna(house: House, event: Event) -> Wearer:
    return listed(house, event, "Fenna Wouters")


def listed(house: House, event: Event, name: str) -> Wearer:
    return house.attendee(
        event,
        name,
        email=f"listed-{uuid4().hex}@example.org",
        headline="listed headline",
        company="listed company",
        handles=[("x", f"listed_{uuid4().hex[:8]}")],
    )


def scan_of(wearer: Wearer, **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "code": wearer.code,
        "scanned_at": "2025-05-05T10:42:07+00:00",
        "event": "seaside",
        "sequence": 7,
        **more,
    }


def upload(who: Person, *scans: dict[str, Any]) -> list[dict[str, Any]]:
    answer = who.client.post("/api/v1/scans", json={"device": "listed phone", "scans": scans})
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def everything(house: House) -> str:
    def read(session: Session) -> str:
        return json.dumps(
            {
                table.name: [dict(row) for row in session.execute(select(table)).mappings()]
                for table in metadata.sorted_tables
            },
            default=str,
        )

    return house.db.read_now(read)


def test_nothing_of_the_list_is_left_in_any_column(
    house: House, event: Event, fenna: Wearer, mira: Person
) -> None:
    listed(house, event, "Nobody Met")
    upload(mira, scan_of(fenna))
    assert "listed" in everything(house)
    clean_up(house.db, now())
    left = everything(house).replace('"listed": ', "").replace("chose_listed_at", "")
    left = left.replace('"act": "listed"', "").replace('"act": "listed-by-organiser"', "")
    assert "listed" not in left
    assert "Nobody Met" not in left
    assert fenna.token not in left
    assert fenna.short_code not in left


def test_a_replay_is_still_recognised(
    house: House, event: Event, fenna: Wearer, mira: Person
) -> None:
    scan = scan_of(fenna, note="a sailor")
    first = upload(mira, scan)[0]
    clean_up(house.db, now())
    again = upload(mira, scan)[0]
    assert first["outcome"] == "recorded"
    assert again == {**first, "outcome": "duplicate"}


def test_of_a_scan_only_its_id_and_what_came_of_it_is_left(
    house: House, event: Event, fenna: Wearer, mira: Person
) -> None:
    upload(mira, scan_of(fenna, note="a sailor", intents=["coffee"]))
    clean_up(house.db, now())

    def read(session: Session) -> Scan:
        return session.scalars(select(Scan)).one()

    scan = house.db.read_now(read)
    assert (scan.device, scan.sequence, scan.note, scan.intents) == ("", None, "", [])
    assert scan.scanned_at == scan.received_at == scan.at


def meetings_of(who: Person) -> list[dict[str, Any]]:
    """Of scans that are erased nobody can say which came first."""
    items = who.client.get("/api/v1/meetings").json()["items"]
    return [{**item, "scans": sorted(item["scans"])} for item in items]


def test_nobodys_own_words_are_lost(
    house: House, event: Event, fenna: Wearer, mira: Person
) -> None:
    scans = [
        scan_of(fenna, note="a sailor", intents=["coffee"]),
        scan_of(
            fenna,
            note="knows the harbour",
            intents=["send"],
            scanned_at="2025-05-05T11:00:00+00:00",
        ),
    ]
    upload(mira, *scans)
    contact = mira.client.get("/api/v1/contacts").json()["items"][0]["id"]
    typed = {"kind": "coffee", "at": "2025-06-01T10:00:00Z", "note": "by the sea"}
    mira.client.post(f"/api/v1/contacts/{contact}/touchpoints", json=typed)
    meetings = meetings_of(mira)
    follow_ups = mira.client.get("/api/v1/follow-ups").json()
    clean_up(house.db, now())
    assert mira.client.get("/api/v1/follow-ups").json() == follow_ups
    assert meetings_of(mira) == meetings
    card = mira.client.get(f"/api/v1/contacts/{contact}").json()
    assert card["name"] == "Fenna Wouters"
    assert "by the sea" in json.dumps(card["timeline"])
    assert meetings[0]["note"] == "a sailor\nknows the harbour"


def test_a_scan_that_was_taken_back_brings_its_words_when_it_stands_again(
    house: House, event: Event, fenna: Wearer, mira: Person
) -> None:
    scan = scan_of(fenna, note="a sailor")
    upload(mira, scan)
    mira.client.put(f"/api/v1/scans/{scan['id']}/retraction")
    clean_up(house.db, now())
    assert mira.client.get("/api/v1/meetings").json()["items"] == []
    mira.client.request("DELETE", f"/api/v1/scans/{scan['id']}/retraction")
    assert mira.client.get("/api/v1/meetings").json()["items"][0]["note"] == "a sailor"


def test_pages_of_the_event_still_open(
    house: House, event: Event, fenna: Wearer, mira: Person
) -> None:
    handle = mira.client.get("/events/seaside/attendees").text
    house.ties(mira, tie("listed_one"))
    result = upload(mira, scan_of(fenna, note="a sailor"))[0]
    clean_up(house.db, now())
    for path in (
        "/events/seaside",
        "/events/seaside/recap",
        "/events/seaside/attendees",
        "/events/seaside/unmet",
        f"/people/{result['contact']}",
        "/people",
        "/badge",
        "/me",
    ):
        answer = mira.client.get(path)
        assert answer.status_code == 200, path
    assert "Fenna Wouters" in handle
    assert "Fenna Wouters" not in mira.client.get("/events/seaside/attendees").text
    assert "Fenna Wouters" in mira.client.get("/events/seaside/recap").text
    assert "a sailor" in mira.client.get(f"/people/{result['contact']}").text


def test_an_event_within_its_retention_stays_as_it_is(
    house: House, event: Event, fenna: Wearer, mira: Person
) -> None:
    upload(mira, scan_of(fenna))
    long = {"_method": "PUT", "retention_days": "3650"}
    organiser_says(house, event, long)
    before = everything(house)
    clean_up(house.db, now())
    assert everything(house) == before


def organiser_says(house: House, event: Event, form: dict[str, str]) -> httpx.Response:
    organiser = house.person("Another Organiser")

    def lead(session: Session) -> None:
        session.add(EventRole(event_id=event.id, account_id=organiser.id, role=Role.ORGANISER))

    house.db.write_now(lead)
    return organiser.client.post("/organise/seaside/retention", data=form)


@pytest.mark.parametrize(
    ("days", "status"),
    [("30", 303), ("3650", 303), ("29", 400), ("3651", 400), ("", 400), ("x", 400), ("٣٦٥", 400)],
)
def test_the_organiser_chooses_how_long(house: House, event: Event, days: str, status: int) -> None:
    answer = organiser_says(house, event, {"_method": "PUT", "retention_days": days})
    assert answer.status_code == status


def test_the_day_counts(house: House, event: Event, fenna: Wearer) -> None:
    last = now().replace(year=2026, month=5, day=5, hour=23)
    assert clean_up(house.db, last) == 0
    assert clean_up(house.db, last + timedelta(days=1)) > 0


def test_cleaning_again_finds_nothing(
    house: House, event: Event, fenna: Wearer, mira: Person
) -> None:
    upload(mira, scan_of(fenna))
    clean_up(house.db, now())
    assert clean_up(house.db, now()) == 0


def test_several_servers_clean_up_at_once(
    house: House, event: Event, fenna: Wearer, mira: Person
) -> None:
    wearers = [listed(house, event, f"listed {number}") for number in range(30)]
    results = upload(mira, *(scan_of(wearer, note="mine") for wearer in wearers))
    replicas = [Database(house.settings.database_url) for _ in range(3)]
    try:
        with ThreadPoolExecutor(3) as threads:
            done = list(threads.map(lambda replica: clean_up(replica, now()), replicas))
    finally:
        for replica in replicas:
            replica.close()
    assert sum(done) > 0
    assert clean_up(house.db, now()) == 0
    assert {item["note"] for item in meetings_of(mira)} == {"mine"}
    assert {result["outcome"] for result in results} == {"recorded"}


def test_more_than_a_portion_goes_too(house: House, event: Event) -> None:
    def many(session: Session) -> None:
        session.add_all(
            Attendee(event_id=event.id, name=f"listed {number}")
            for number in range(2 * _A_PORTION + 1)
        )

    house.db.write_now(many)
    clean_up(house.db, now())
    assert "listed 200" not in everything(house)


def test_what_has_run_out_goes_and_the_rest_stays(house: House, mira: Person) -> None:
    def make(session: Session) -> None:
        make_link_token(session, mira.email)
        ask_for_code(session, "bo@example.org", "a key")
        note(session, mira.id, Act.EXPORT_TAKEN)

    house.db.write_now(make)
    assert clean_up(house.db, now()) == 0

    def age(session: Session) -> None:
        old = now() - timedelta(days=400)
        session.execute(update(SignInSession).values(expires_at=old))
        session.execute(update(SignInLink).values(expires_at=old))
        session.execute(update(EmailCode).values(created_at=old))
        session.execute(update(AccountAct).values(at=old))

    house.db.write_now(age)
    assert clean_up(house.db, now()) > 0
    left = json.loads(everything(house))
    for table in ("sign_in_session", "sign_in_link", "email_code", "account_act"):
        assert left[table] == []


def test_what_was_reported_to_the_organiser_goes_with_the_list(
    house: House, event: Event, fenna: Wearer, mira: Person
) -> None:
    upload(mira, scan_of(fenna))
    contact = mira.client.get("/api/v1/contacts").json()["items"][0]["id"]
    words = {"reason": "other", "words": "he shouted at me"}
    assert mira.client.post(f"/people/{contact}/report", data=words).status_code == 200
    assert "he shouted" in everything(house)
    clean_up(house.db, now())
    assert "he shouted" not in everything(house)


def introduced(house: House, mira: Person, *answers: str) -> str:
    """Two people, who have answered with an address each; the page of the introduction."""
    cards = [mira.client.post("/api/v1/meetings", json={"name": n}).json() for n in ("Al", "Bo")]
    one, other = (card["contact"]["id"] for card in cards)
    made = mira.client.post("/introductions", data={"one": one, "other": other, "why": "boats"})
    page: str = made.headers["location"]
    links = re.findall(r'data-copy="http://[^/]+(/i/[^"]+)"', mira.client.get(page).text)
    for number, (link, answer) in enumerate(zip(links, answers, strict=False)):
        said = {"answer": answer, "address": f"guest{number}@example.org"}
        assert house.client().put(f"{link}/answer", data=said).status_code in {200, 303}
    return page


def ends(house: House, days_ago: int) -> None:
    over = update(Introduction).values(expires_at=now() - timedelta(days=days_ago))
    house.db.write_now(lambda session: session.execute(over))


def test_an_introduction_that_came_to_nothing_goes_when_its_time_is_over(
    house: House, mira: Person
) -> None:
    introduced(house, mira, "yes")
    assert clean_up(house.db, now()) == 0
    assert "guest0@example.org" in everything(house)
    ends(house, 1)
    clean_up(house.db, now())
    left = json.loads(everything(house))
    for table in ("introduction", "introduced", "introduction_answer"):
        assert left[table] == []


def test_who_both_agreed_find_each_other_for_a_year(house: House, mira: Person) -> None:
    introduced(house, mira, "yes", "yes")
    ends(house, 364)
    clean_up(house.db, now())
    assert "guest1@example.org" in everything(house)
    ends(house, 366)
    clean_up(house.db, now())
    assert "guest1@example.org" not in everything(house)
