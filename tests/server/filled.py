"""One row in every table for one account, made from the models: new tables fill themselves."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, get_origin
from uuid import UUID, uuid4

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from firsthand.export_shape import column_types
from firsthand.tables import metadata
from tests.server.house import House, Person

_VALUES: dict[Any, Any] = {
    int: 1,
    float: 0.5,
    bool: True,
    bytes: b"x",
    date: date(2026, 11, 23),
    datetime: datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
}


WordFor = Callable[[str, str], str]


def _one_word(_table: str, _column: str) -> str:
    return "a word"


def fill_every_table(house: House, person: Person, word_for: WordFor = _one_word) -> None:
    """Every column has a value, also where it need not.

    ``word_for`` says what stands in a text's column, by the table's name and the column's.
    """

    def fill(session: Session) -> None:
        made: dict[str, dict[str, Any]] = {"account": {"id": person.id}}
        for table in metadata.sorted_tables:
            if table.name not in made:
                made[table.name] = _row(table, person.id, made, word_for)
                session.execute(insert(table).values(made[table.name]))

    house.db.write_now(fill)


def _row(
    table: Table, owner_id: UUID, made: dict[str, dict[str, Any]], word_for: WordFor
) -> dict[str, Any]:
    types = column_types(table)
    row: dict[str, Any] = {}
    for column in table.c:
        if column.foreign_keys:
            target = next(iter(column.foreign_keys)).column
            row[column.name] = made[target.table.name][target.name]
        elif column.name in {"owner_id", "account_id"}:
            row[column.name] = owner_id
        else:
            row[column.name] = _value(types[column.name], word_for(table.name, column.name))
    return row


def _value(type_: Any, word: str) -> Any:
    plain = next((each for each in getattr(type_, "__args__", ()) if each is not type(None)), None)
    if get_origin(type_) is list:
        return [word] if plain is str else [{"where": "line 1", "what": word}]
    if get_origin(type_) is dict:
        return {"said": word}
    if plain is not None:
        return _value(plain, word)
    if type_ is str:
        return word
    return uuid4() if type_ is UUID else _VALUES[type_]
