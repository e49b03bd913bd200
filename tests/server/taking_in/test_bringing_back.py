"""An export comes back into an empty account as it was."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firsthand.contacts.merging import keep_apart
from firsthand.contacts.models import Touchpoint
from firsthand.db import new_id, now
from firsthand.events.models import Event
from firsthand.followups.choices import choose_intent
from firsthand.followups.one_person import make_one
from firsthand.followups.verbs import complete
from firsthand.handles.networks import Network
from firsthand.problems import Conflict
from firsthand.tables import metadata
from firsthand.taking_in.job import take_in_file
from firsthand.taking_out import export_everything, write_everything
from firsthand.ties.kinds import FoundHandle, FoundPerson, KindCount, TieKind
from firsthand.ties.models import Import
from firsthand.ties.score import MORE, Tuning
from firsthand.ties.tuning import choose_tuning
from tests.server.house import House, Person, tie

# What stays behind, whatever is in it.
CARRIED = (
    "contact",
    "contact_handle",
    "contact_merge",
    "contact_apart",
    "touchpoint",
    "import",
    "import_list",
    "import_person",
    "import_person_mark",
    "tie",
    "tie_name",
    "tie_fact",
    "tie_block",
    "interest",
    "meeting",
    "scan",
    "follow_up",
    "ranking_choice",
    "intent_choice",
)
_NOT_CARRIED = {"owner_id", "heard_at"}


def told(house: House, who: Person) -> dict[str, Any]:
    """What is carried of an export, as JSON; an export brought in before is not."""
    found = house.db.read_now(export_everything, who.id)
    return {
        table: [
            {name: value for name, value in row.items() if name not in _NOT_CARRIED}
            for row in found[table]
            if table != "import" or row["format"] != "firsthand"
        ]
        for table in CARRIED
    }


def exported(house: House, who: Person, folder: Path) -> Path:
    path = folder / "firsthand.json"
    with path.open("wb") as file:
        house.db.read_now(write_everything, who.id, file)
    return path


def bring(house: House, who: Person, path: Path) -> Import:
    brought = take_in_file(house.db, who.id, path)
    house.settle()
    return brought


def rows(house: House, who: Person) -> dict[str, int]:
    """How many rows of each carried table are this person's."""

    def count(session: Session) -> dict[str, int]:
        return {
            name: session.scalar(
                select(func.count())
                .select_from(metadata.tables[name])
                .where(metadata.tables[name].c.owner_id == who.id)
            )
            or 0
            for name in CARRIED
        }

    return house.db.read_now(count)


def lively(house: House) -> tuple[Person, Event]:
    """Ana, with something in every table that is carried, and her event."""
    olu, ana = house.person("Olu"), house.person("Ana")
    event = house.event(olu)
    house.attendee(event, ana)
    ben = house.person("Ben Ito")
    wearers = [
        house.attendee(event, "Fenna Wouters", handles=[("x", "@fenna")], company="Harbour"),
        house.attendee(event, ben, headline="Builder"),
        house.attendee(event, "Tomás 🦊", listed=False),
    ]
    house.ties(
        ana,
        tie("fenna", KindCount(TieKind.REPLIED, 14, now(), now())),
        tie("kerry", KindCount(TieKind.FOLLOWS, 1), stable_id="42"),
        people=[FoundPerson("Kerry Oak", handles=[FoundHandle(Network.X, "kerry")])],
    )
    contacts = []
    for number, wearer in enumerate(wearers):
        scanned = house.scan(
            ana, wearer, event=event.slug, intents=["coffee", "Sail"], note=f"Note {number}"
        )
        contacts.append(UUID(scanned["contact"]))
    kept = ana.client.post(
        "/api/v1/meetings",
        headers=ana.bearer,
        json={"name": "Jo\u200fאבא", "met_at": "2026-11-20T10:00:00+01:00", "note": "No badge"},
    )
    assert kept.status_code < 300, kept.text

    def more(session: Session) -> None:
        typed = UUID(kept.json()["contact"]["id"])
        make_one(session, ana.id, contacts[2], typed)
        keep_apart(session, ana.id, contacts[0], contacts[1])
        session.add(
            Touchpoint(
                owner_id=ana.id,
                id=new_id(),
                contact_id=contacts[0],
                kind="call",
                at=now(),
                note="x",
            )
        )
        choose_intent(session, ana.id, "Sail", 30)
        choose_tuning(session, ana.id, Tuning(messages=MORE))

    house.db.write_now(more)
    follow_up = ana.client.get("/api/v1/follow-ups", headers=ana.bearer).json()["items"][0]
    house.db.write_now(complete, ana.id, UUID(follow_up["id"]))
    house.settle()
    return ana, event


def test_everything_is_as_it_was_where_one_sees_the_same_people(
    house: House, tmp_path: Path
) -> None:
    ana, event = lively(house)
    again = house.person("Ana again")
    house.attendee(event, again)
    before = told(house, ana)
    brought = bring(house, again, exported(house, ana, tmp_path))
    assert brought.state == "done", brought.problems
    after = told(house, again)
    for table in CARRIED:
        if table == "contact":
            continue
        assert after[table] == before[table], table
    unlisted = next(each for each in before["contact"] if each["shown_name"] == "Tomás 🦊")
    for one, other in zip(before["contact"], after["contact"], strict=True):
        if one is unlisted:
            one = {**one, "attendee_id": None, "name": one["shown_name"]}
        assert other == one


def test_elsewhere_people_stay_as_they_were_seen(house: House, houses: Any, tmp_path: Path) -> None:
    ana, _ = lively(house)
    before = told(house, ana)
    path = exported(house, ana, tmp_path)
    document = json.loads(path.read_text())
    document["event"][0]["slug"] = "another-place"
    path.write_text(json.dumps(document))
    again = house.person("Ana elsewhere")
    brought = bring(house, again, path)
    assert brought.state == "done", brought.problems
    after = told(house, again)
    shown = ("shown_name", "shown_headline", "shown_company", "id", "root_id", "stage", "has_tie")
    assert [[each[k] for k in shown] for each in after["contact"]] == [
        [each[k] for k in shown] for each in before["contact"]
    ]
    assert {each["account_id"] or each["attendee_id"] for each in after["contact"]} == {None}
    assert {each["event_id"] for each in after["meeting"]} == {None}
    notes = sorted(each["note"] for each in after["meeting"])
    assert notes == ["No badge"] + ["at Recruiters by the Sea"] * 3
    assert [each["note"] for each in after["scan"]] == [each["note"] for each in before["scan"]]
    assert after["follow_up"] == before["follow_up"]
    assert after["tie_fact"] == before["tie_fact"]


def test_an_older_export_that_says_whom_ties_match_comes_back_in(
    house: House, tmp_path: Path
) -> None:
    ana, _ = lively(house)
    path = exported(house, ana, tmp_path)
    document = json.loads(path.read_text())
    assert "match" not in document
    one = {"owner_id": str(ana.id), "strength": 1.0, "kinds": 1}
    for name in ("tie_id", "attendee_id", "handle_id", "event_id"):
        one[name] = str(new_id())
    path.write_text(json.dumps({**document, "match": [one]}))
    brought = bring(house, house.person("Ana again"), path)
    assert (brought.state, [each["where"] for each in brought.problems]) == ("done", ["People"])


def test_the_same_file_twice_is_refused_and_changes_nothing(house: House, tmp_path: Path) -> None:
    ana, _ = lively(house)
    path = exported(house, ana, tmp_path)
    again = house.person("Ana again")
    bring(house, again, path)
    before = told(house, again)
    for who in (again, ana):
        with pytest.raises(Conflict, match="This account has people already"):
            bring(house, who, path)
    assert told(house, again) == before


def test_a_replayed_scan_is_recognised(house: House, tmp_path: Path) -> None:
    ana, event = lively(house)
    again = house.person("Ana again")
    house.attendee(event, again)
    path = exported(house, ana, tmp_path)
    bring(house, again, path)
    scan = json.loads(path.read_text())["scan"][0]
    wearer = house.attendee(event, "Somebody")
    replay = house.scan(again, wearer, id=scan["id"], event=event.slug)
    assert (replay["outcome"], replay["meeting"]) == ("duplicate", scan["meeting_id"])
