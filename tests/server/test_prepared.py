"""Statements that go straight to the driver, on both databases."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Date, String, Uuid, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account
from firsthand.db import Database, insert_new, new_id, now, table_of
from firsthand.events.models import Event
from firsthand.prepared import Prepared, execute

_EVENT = table_of(Event).c
_EVENTS = Prepared(
    lambda given: select(_EVENT.id, _EVENT.slug, _EVENT.starts).join_from(
        given,
        table_of(Event),
        (_EVENT.id == given.c.id) & (_EVENT.slug == given.c.slug) & (_EVENT.starts == given.c.day),
    ),
    id=Uuid(),
    slug=String(),
    day=Date(),
)
_ACCOUNT = table_of(Account).c
_NAMES = Prepared(
    lambda given: select(_ACCOUNT.name).join_from(
        given,
        table_of(Account),
        (_ACCOUNT.id == given.c.id) & (_ACCOUNT.name == given.c.name),
    ),
    id=Uuid(),
    name=String(),
)
_RENAME = Prepared(
    lambda given: (
        update(table_of(Event))
        .where(_EVENT.id.in_(select(given.c.id)), _EVENT.name != "kept")
        .values(name="renamed")
    ),
    id=Uuid(),
)


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def add_events(session: Session, slugs: list[str]) -> list[tuple[UUID, str, date]]:
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "slug": slug,
            "name": "kept" if slug == "kept" else "An event",
            "starts": date(2026, 11, 1 + number % 28),
            "ends": date(2026, 11, 30),
            "timezone": "UTC",
            "join_code": uuid4().hex,
        }
        for number, slug in enumerate(slugs)
    ]
    insert_new(session, Event, rows)
    return [(row["id"], row["slug"], row["starts"]) for row in rows]


def no_events(session: Session) -> None:
    session.query(Event).delete()


@settings(
    max_examples=30,
    deadline=None,
    # The database is emptied by each example itself.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    slugs=st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
        unique=True,
        max_size=8,
    ),
    data=st.data(),
)
def test_a_select_finds_exactly_the_rows_that_were_asked_for(
    db: Database, slugs: list[str], data: st.DataObject
) -> None:
    db.write_now(no_events)
    there = db.write_now(add_events, slugs)
    asked = data.draw(st.sets(st.sampled_from(there))) if there else set()
    strangers = [(uuid4(), slug, date(2026, 11, 1)) for slug in slugs]

    found = db.read_now(_EVENTS.rows, [*asked, *strangers])

    assert sorted(found) == sorted(asked)


def test_an_update_changes_the_given_rows_only(db: Database) -> None:
    one, kept, other = db.write_now(add_events, ["one", "kept", "other"])

    db.write_now(_RENAME.run, [(one[0],), (kept[0],)])

    names = dict(
        db.read_now(lambda s: [(slug, name) for slug, name in s.query(Event.slug, Event.name)])
    )
    assert names == {"one": "renamed", "kept": "kept", "other": "An event"}
    assert other[1] in names


def test_nothing_is_asked_for_no_rows(db: Database) -> None:
    assert db.read_now(_EVENTS.rows, []) == []


def test_what_the_driver_refuses_is_raised_as_sqlalchemy_would(db: Database) -> None:
    def without_an_id(session: Session) -> None:
        execute(session.connection(), "INSERT INTO outbox_entry (topic) VALUES (NULL)", ())

    with pytest.raises(IntegrityError):
        db.write_now(without_an_id)


def test_moments_come_back_as_they_were_written(db: Database) -> None:
    moment = datetime.fromisoformat("2026-11-23T10:42:07.000120+01:00")

    def write(session: Session) -> None:
        insert_new(
            session,
            Event,
            [
                {
                    "id": new_id(),
                    "slug": "s",
                    "name": "n",
                    "starts": moment.date(),
                    "ends": moment.date(),
                    "timezone": "UTC",
                    "join_code": "j",
                    "created_at": moment,
                }
            ],
        )
        session.add(
            Event(
                slug="t",
                name="n",
                starts=moment.date(),
                ends=moment.date(),
                timezone="UTC",
                join_code="k",
                created_at=moment,
            )
        )

    db.write_now(write)

    assert db.read_now(lambda s: {row[0] for row in s.query(Event.created_at)}) == {moment}
    assert moment < now()


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.text(st.characters(exclude_characters="\0", codec="utf-8"))
        | st.sampled_from(["NULL", '"', "\\", "{", "},{", " a ", ",", "null"]),
        min_size=1,
        max_size=8,
    )
)
def test_any_text_stays_as_it_is_on_its_way_in_and_out(db: Database, names: list[str]) -> None:
    def keep(session: Session) -> None:
        rows = [{"id": new_id(), "email": f"{new_id()}@x.test", "name": name} for name in names]
        insert_new(session, Account, rows)
        found = _NAMES.rows(session, [(row["id"], row["name"]) for row in rows])
        assert sorted(name for (name,) in found) == sorted(names)

    db.write_now(keep)
