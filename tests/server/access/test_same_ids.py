"""Somebody else's rows have the very same ids, and still nothing of theirs comes among Ana's.

A row is named by its owner and its id, and phones make ids: whoever knows one can upload it again.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from firsthand.db import new_id, now
from firsthand.handles.networks import Network
from firsthand.tables import metadata
from firsthand.ties.kinds import FoundHandle, FoundList, FoundPerson, KindCount, TieKind
from tests.server.access.case import Case, ask
from tests.server.access.comparing import Plain, differences
from tests.server.access.damage import every_row, rows_of
from tests.server.access.matrix import ENDS, MATRIX
from tests.server.house import House, Person, Wearer, tie

EVES = "of-eve"
# What is written in words; other text is a key, or one of a few words of ours.
WORDS = {"headline", "company", "name", "note", "phone", "seen_name", "text", "why", "words"}
# An id of these is nobody else's; what matches is found anew, whoever brought it.
_ONES_OWN_IDS = {"face", "introduced", "introduction", "match"}

# Made by what the case does not do: a stranger's word, a mail, a finer archive.
NOT_ANAS = {"delivery", "interest", "meeting_dismissal", "recovery_code", "tie_block", "tie_name"}

# To read these is noted there.
_NOTED = ("/me/log", "/api/v1/me/export")


def tables() -> Iterator[Table]:
    for table in metadata.sorted_tables:
        first, *more = (column.name for column in table.primary_key)
        if first == "owner_id" and more and table.name not in _ONES_OWN_IDS:
            yield table


def copy_everything(session: Session, of: UUID, to: UUID) -> dict[str, int]:
    """How many rows of each table."""
    copied = {}
    for table in tables():
        rows = [
            dict(row)
            for row in session.execute(select(table).where(table.c.owner_id == of)).mappings()
        ]
        copied[table.name] = len(rows)
        if rows:
            # In one statement, for a card may refer to another one.
            session.execute(insert(table).values([_as_eves(table, row, to) for row in rows]))
    return copied


def _as_eves(table: Table, row: dict[str, Any], owner: UUID) -> dict[str, Any]:
    told = {name: EVES for name in WORDS & row.keys() if row[name]}
    return {**row, **told, "owner_id": owner}


def _add_more(house: House, case: Case) -> None:
    """What the case has none of."""
    ana, contact = case.owner, case.ids["contact_id"]
    unworn = Wearer(new_id(), "", "", "")
    strange = [
        house.scan(ana, unworn, code=code)["contact"]
        for code in ("TICKET-4711", "https://x.com/strange_one", "TICKET-4712")
    ]
    ana.client.post(f"/people/{strange[0]}/same", data={"other": strange[1]})
    ana.client.post(f"/people/{contact}/apart", data={"other": strange[2]})
    ana.client.put(f"/events/seaside/unmet/{case.ids['wearer_id']}/dismissal")
    ana.client.put("/follow-ups/intents", data={"intent": "Sail", "days": "30"})
    kerry = FoundPerson("Kerry Oak", handles=[FoundHandle(Network.X, "kerry")])
    replied = KindCount(TieKind.REPLIED, 3, now(), now())
    house.ties(
        ana, tie("kerry", replied), people=[kerry], lists=[FoundList(Network.X, TieKind.FOLLOWS)]
    )


@pytest.fixture
def eve(house: House, case: Case) -> Person:
    case.people["owner"] = case.owner
    _add_more(house, case)
    return house.person("Eve Evers")


def read_everything(case: Case) -> dict[str, str]:
    plain = Plain()
    answers = {}
    for path, methods in MATRIX.items():
        if "GET" in methods and path not in _NOTED:
            answer = ask(case, "owner", path, "GET")
            answers[path] = f"{answer.status_code} {plain(answer.content.decode('latin-1'))}"
    return answers


def test_nothing_that_ana_reads_has_a_word_of_hers(house: House, case: Case, eve: Person) -> None:
    read_everything(case)
    before = read_everything(case)
    copied = house.db.write_now(copy_everything, case.owner.id, eve.id)
    assert {name for name, count in copied.items() if not count} <= NOT_ANAS
    after = read_everything(case)
    found = differences(before, after)
    assert not found, "\n".join(found)
    for path in _NOTED:
        assert EVES not in ask(case, "owner", path, "GET").text
    assert EVES in eve.client.get("/people").text


def test_nothing_that_ana_does_changes_a_row_of_hers(house: House, case: Case, eve: Person) -> None:
    house.db.write_now(copy_everything, case.owner.id, eve.id)
    before = rows_of(every_row(house), eve.id, ())
    cells = [(path, method) for path, methods in MATRIX.items() for method in methods]
    for path, method in sorted(cells, key=lambda cell: ENDS.index(cell) + 1 if cell in ENDS else 0):
        ask(case, "owner", path, method)
    after = rows_of(every_row(house), eve.id, ())
    changed = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    assert not changed
