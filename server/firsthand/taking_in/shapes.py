"""Which tables of an export come back in, and what each of their rows must be like.

The shapes come from the models, as in ``firsthand.export_shape``; to them come the limits that the
application keeps elsewhere, because a file may have been changed by hand.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from sqlalchemy import Table
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from firsthand.contacts import models as contacts
from firsthand.contacts.evidence import EVIDENCE
from firsthand.db import Base, table_of
from firsthand.events.models import Event
from firsthand.export_shape import column_types, exported_columns, moments_refined, row_shape
from firsthand.followups import models as followups
from firsthand.followups.choices import LONGEST_WAIT
from firsthand.followups.intents import LONGEST_INTENT
from firsthand.handles.networks import Network
from firsthand.meetings import models as meetings
from firsthand.scans import models as scans
from firsthand.ties import models as ties
from firsthand.ties.kinds import TieKind

# What others refer to comes first.
CARRIED: tuple[type[Base], ...] = (
    contacts.Contact,
    contacts.ContactAttendee,
    contacts.ContactHandle,
    contacts.ContactMerge,
    contacts.ContactApart,
    contacts.Touchpoint,
    ties.Import,
    ties.ImportList,
    ties.ImportPerson,
    ties.ImportPersonMark,
    ties.Tie,
    ties.TieName,
    ties.TieFact,
    ties.TieBlock,
    ties.Interest,
    meetings.Meeting,
    scans.Scan,
    followups.FollowUp,
    # The owner's choices: they take effect together with all the rest.
    ties.RankingChoice,
    followups.IntentChoice,
)
CHOICES: tuple[type[Base], ...] = (ties.RankingChoice, followups.IntentChoice)
MODELS = {model.__tablename__: model for model in CARRIED}

_LONGEST_TEXT = 100_000
_LONGEST_LINE = 5_000
_MOST_WORDS = 1_000
_LARGEST = 2**31 - 1
_LARGEST_OF_BIG = 2**53
_BIG = {"sequence", "done_bytes", "total_bytes"}
_LONG = {"note", "text"}
# No database holds NUL in a text.
_WITHOUT_NUL = r"^[^\x00]*\Z"


class _Told(msgspec.Struct):
    """What an import's report says of one place."""

    where: Annotated[str, msgspec.Meta(max_length=_LONGEST_LINE, pattern=_WITHOUT_NUL)]
    what: Annotated[str, msgspec.Meta(max_length=_LONGEST_LINE, pattern=_WITHOUT_NUL)]


def _one_of(values: Iterable[str]) -> Any:
    return Literal[tuple(str(value) for value in values)]


_NETWORK = _one_of(Network)
_LEVEL = Annotated[int, msgspec.Meta(ge=-1, le=1)]
# A column of every table, or of one: what it may be beyond its type.
_MEANT: dict[str, Any] = {
    "network": _NETWORK,
    "intents": Annotated[
        list[
            Annotated[
                str, msgspec.Meta(min_length=1, max_length=LONGEST_INTENT, pattern=_WITHOUT_NUL)
            ]
        ],
        msgspec.Meta(max_length=_MOST_WORDS),
    ],
    "intent": Annotated[
        str, msgspec.Meta(min_length=1, max_length=LONGEST_INTENT, pattern=_WITHOUT_NUL)
    ],
    "import_list.kind": _one_of(TieKind),
    "tie_fact.kind": _one_of(TieKind),
    "touchpoint.kind": _one_of(contacts.TouchpointKind),
    "contact_merge.evidence": _one_of(EVIDENCE),
    "follow_up.state": _one_of(followups.State),
    "meeting.origin": _one_of(meetings.Origin) | None,
    "import.state": _one_of(ties.ImportState),
    "import.problems": Annotated[list[_Told], msgspec.Meta(max_length=_MOST_WORDS)],
    "scan.edited_sequence": Annotated[int, msgspec.Meta(ge=scans.NEVER_EDITED, le=_LARGEST_OF_BIG)],
    "intent_choice.days": Annotated[int, msgspec.Meta(ge=0, le=LONGEST_WAIT)],
    **{
        f"ranking_choice.{column.name}": _LEVEL
        for column in table_of(ties.RankingChoice).c
        if column.name != "owner_id"
    },
}


@dataclass(frozen=True)
class Shape:
    """``dated``: the columns with a date or a moment; ``key``: without the owner; ``references``:
    (column, the table whose id it is).
    """

    table: str
    row: type[msgspec.Struct]
    columns: tuple[str, ...]
    dated: tuple[str, ...]
    key: tuple[str, ...]
    references: tuple[tuple[str, str], ...]


@functools.cache
def shapes() -> dict[str, Shape]:
    """By table, in the order of writing."""
    return {name: _shape(table_of(model)) for name, model in MODELS.items()}


@functools.cache
def event_row() -> type[msgspec.Struct]:
    """An event of the export, which is only compared with those that are here."""
    table = table_of(Event)
    return row_shape(table, ["id", "slug", "name", "starts", "ends"], _refined, {})


def _shape(table: Table) -> Shape:
    columns = tuple(name for name in exported_columns(table) if name != "owner_id")
    # A column that came to a table later has a default in the database: older exports lack it.
    optional = {
        column.name: column.default.arg
        for column in table.c
        if column.server_default is not None
        and isinstance(column.default, ScalarElementColumnDefault)
    }
    types = column_types(table)
    references = [
        (column.name, f"{foreign.column.table.name}")
        for column in table.c
        for foreign in column.foreign_keys
        if column.name != "owner_id" and foreign.column.table.name in MODELS
    ]
    return Shape(
        table=f"{table.name}",
        row=row_shape(table, columns, _refined, optional),
        columns=columns,
        dated=tuple(
            name for name in columns if {date, datetime} & {types[name], *get_args(types[name])}
        ),
        key=tuple(column.name for column in table.primary_key if column.name != "owner_id"),
        references=tuple(references),
    )


def _refined(table: str, column: str, type_: Any) -> Any:
    meant = _MEANT.get(f"{table}.{column}", _MEANT.get(column))
    if meant is not None:
        return meant
    if type_ in {datetime, datetime | None}:
        return moments_refined(type_)
    return _limited(column, type_)


def _limited(column: str, type_: Any) -> Any:
    if type_ is str:
        most = _LONGEST_TEXT if column in _LONG else _LONGEST_LINE
        return Annotated[str, msgspec.Meta(max_length=most, pattern=_WITHOUT_NUL)]
    if type_ is int:
        most = _LARGEST_OF_BIG if column in _BIG else _LARGEST
        return Annotated[int, msgspec.Meta(ge=0, le=most)]
    if get_origin(type_) is list:
        several: Any = list.__class_getitem__(_limited(column, get_args(type_)[0]))
        return Annotated[several, msgspec.Meta(max_length=_MOST_WORDS)]
    plain = next((each for each in get_args(type_) if each is not type(None)), None)
    if plain in {str, int}:
        return _limited(column, plain) | None
    return type_
