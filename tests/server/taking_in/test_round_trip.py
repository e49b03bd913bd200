"""Whatever stands in an account: taken along and brought back in, it is the same."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.orm import Session

from firsthand.contacts.evidence import EVIDENCE
from firsthand.contacts.models import TouchpointKind
from firsthand.followups.models import State
from firsthand.followups.staging import restage
from firsthand.handles.networks import Network
from firsthand.meetings.models import Origin
from firsthand.outbox import enqueue
from firsthand.taking_in.shapes import MODELS
from firsthand.ties.importing import WEIGH_OWNER
from firsthand.ties.kinds import TieKind
from firsthand.ties.models import ImportState
from tests.server.house import House
from tests.server.taking_in.test_bringing_back import bring, exported, told

Row = dict[str, Any]
_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_name = st.text(st.characters(categories=["L", "N", "So"]), min_size=1, max_size=12)
_moment = st.datetimes(datetime(1970, 1, 2), datetime(2025, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)
_maybe_moment = st.none() | _moment
_day = st.dates(date(1970, 1, 2), date(2199, 1, 1))
_count = st.integers(0, 2**31 - 1)
_network = st.sampled_from([str(each) for each in Network])
_intents = st.lists(_name, max_size=3, unique=True)


@st.composite
def accounts(draw: st.DrawFn) -> dict[str, list[Row]]:
    """Rows of every table that is carried, as the application could have written them."""

    def some(most: int, **columns: Any) -> list[Row]:
        return draw(st.lists(st.fixed_dictionaries(columns), max_size=most))

    def unique(rows: Sequence[Row], *columns: str) -> list[Row]:
        return list({tuple(row[name] for name in columns): row for row in rows}.values())

    ids = st.uuids(version=4)
    texts = dict.fromkeys(("name", "headline", "company", "email", "phone", "note"), _text)
    contacts = unique(
        some(5, id=ids, typed=st.booleans(), code_hint=_text, created_at=_moment, **texts), "id"
    )
    imports = unique(
        some(
            3,
            id=ids,
            state=st.sampled_from([str(s) for s in ImportState if s != ImportState.RUNNING]),
            format=_text,
            file_name=_text,
            problems=st.lists(st.fixed_dictionaries({"where": _text, "what": _text}), max_size=2),
            started_at=_moment,
            finished_at=_maybe_moment,
            made_at=_maybe_moment,
            **dict.fromkeys(("added", "skipped", "done_bytes"), _count),
        ),
        "id",
    )
    ties = unique(some(5, id=ids, network=_network, key=_name, stable_id=st.none() | _name), "id")
    for each in ties:
        each["name"] = each["key"]
    found: dict[str, list[Row]] = {"contact": contacts, "import": imports, "tie": ties}
    for row in contacts:
        row["root_id"] = row["id"]
    if contacts:
        here = st.sampled_from([row["id"] for row in contacts])
        found["contact_merge"] = []
        for place, row in enumerate(contacts[1:], 1):
            if draw(st.booleans()):
                parent = contacts[draw(st.integers(0, place - 1))]
                row["root_id"] = parent["root_id"]
                found["contact_merge"] += some(
                    1,
                    child_id=st.just(row["id"]),
                    parent_id=st.just(parent["id"]),
                    evidence=st.sampled_from(EVIDENCE),
                    detail=_text,
                    by_proof=st.booleans(),
                    at=_moment,
                ) or [
                    {
                        "child_id": row["id"],
                        "parent_id": parent["id"],
                        "evidence": "owner",
                        "at": datetime(2025, 1, 1, tzinfo=UTC),
                    }
                ]
        found["contact_handle"] = unique(
            some(3, contact_id=here, network=_network, key=_name, name=_text), "network", "key"
        )
        found["contact_apart"] = unique(
            [
                {"one_id": min(row["a"], row["b"]), "other_id": max(row["a"], row["b"])}
                for row in some(2, a=here, b=here)
                if row["a"] != row["b"]
            ],
            "one_id",
            "other_id",
        )
        kinds = st.sampled_from([str(each) for each in TouchpointKind])
        found["touchpoint"] = unique(
            some(3, id=ids, contact_id=here, kind=kinds, at=_moment, note=_text), "id"
        )
        found["meeting"] = meetings = unique(
            unique(
                some(
                    5,
                    id=ids,
                    contact_id=here,
                    day=_day,
                    met_at=_moment,
                    origin=st.none() | st.sampled_from([str(each) for each in Origin]),
                    note=_text,
                    intents=_intents,
                    gone_at=_maybe_moment,
                    created_at=_moment,
                ),
                "contact_id",
                "day",
            ),
            "id",
        )
        there: Any = st.none()
        if meetings:
            there |= st.sampled_from([row["id"] for row in meetings])
            met_at = dict.fromkeys(("scanned_at", "received_at", "at"), _moment)
            found["scan"] = unique(
                some(
                    4,
                    id=ids,
                    contact_id=here,
                    meeting_id=st.sampled_from([row["id"] for row in meetings]),
                    device=_text,
                    sequence=st.none() | _count,
                    note=_text,
                    intents=_intents,
                    edited_sequence=_count,
                    retracted_at=_maybe_moment,
                    **met_at,
                ),
                "id",
            )
        rows = some(
            4,
            id=ids,
            contact_id=here,
            meeting_id=there,
            intent=_name,
            text=_text,
            due=_day,
            state=st.sampled_from([str(each) for each in State]),
            done_at=_maybe_moment,
            touched_at=_maybe_moment,
            important=st.booleans(),
            created_at=_moment,
        )
        alone = [row for row in rows if row["meeting_id"] is None]
        promised = unique([row for row in rows if row["meeting_id"]], "meeting_id", "intent")
        found["follow_up"] = unique([*alone, *promised], "id")
    if imports:
        brought = st.sampled_from([row["id"] for row in imports])
        found["interest"] = unique(
            some(3, tag=_name, import_id=brought, count=_count), "tag", "import_id"
        )
        found["import_person"] = unique(
            some(
                2, id=ids, import_id=brought, name=_text, phones=st.lists(_text), at=_maybe_moment
            ),
            "id",
        )
        if ties:
            dates = {"first_at": _maybe_moment, "last_at": _maybe_moment}
            found["tie_fact"] = unique(
                some(
                    6,
                    tie_id=st.sampled_from([row["id"] for row in ties]),
                    import_id=brought,
                    kind=st.sampled_from([str(each) for each in TieKind]),
                    count=_count,
                    **dates,
                ),
                "tie_id",
                "import_id",
                "kind",
            )
    found["intent_choice"] = unique(some(2, intent=_name, days=st.integers(0, 730)), "intent")
    return found


def stand(session: Session, owner_id: UUID, tables: dict[str, list[Row]]) -> None:
    for name, model in MODELS.items():
        for row in tables.get(name, []):
            session.execute(insert(model).values(owner_id=owner_id, **row))
    restage(session, [(owner_id, row["id"]) for row in tables["contact"]])
    enqueue(session, WEIGH_OWNER, owner_id)


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(tables=accounts())
def test_what_is_brought_back_is_what_was_taken_along(
    house: House, tables: dict[str, list[Row]]
) -> None:
    ana, again = house.person("Ana"), house.person("Ana again")
    house.db.write_now(stand, ana.id, tables)
    house.settle()
    before = told(house, ana)
    with TemporaryDirectory() as folder:
        brought = bring(house, again, exported(house, ana, Path(folder)))
    assert brought.state == "done", brought.problems
    assert told(house, again) == before
