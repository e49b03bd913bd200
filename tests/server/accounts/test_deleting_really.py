"""Deleting really deletes: not a word of anything that was the account's is left anywhere."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Session

from firsthand.migrations import upgrade
from firsthand.personal_data import Holds, marks
from firsthand.tables import metadata
from tests.server.filled import fill_every_table
from tests.server.house import House

_MARK = "remember-me"
_ADDRESS = f"{_MARK}@example.org"
# No words of anybody's: who runs the event, where a code goes to, which servers know this one, what
# is left to do.
_NO_WORDS = {
    ("event_role", "role"): "organiser",
    ("email_code", "email"): _ADDRESS,
    ("mastodon_app", "host"): "social.example",
    ("mastodon_app", "client_id"): "app",
    ("mastodon_app", "sealed_secret"): "sealed",
    ("outbox_entry", "topic"): "none",
    ("outbox_entry", "position"): "",
    # A keyed hash, gone after a quarter of an hour.
    ("recovery_tries", "of_hash"): "",
    # A keyed hash of an address, gone after a year: it keeps others from writing there again.
    ("unasked_mail", "address_hash"): "",
    ("unasked_mail", "letter"): "",
}

# The account's own row is there before any is filled.
_FILLED_OTHERWISE = {"account.name", "account.folded", "account.headline", "account.company"}
_FILLED_OTHERWISE |= {"account.phone", "account.face"}
# What is nobody's own; see above.
_FILLED_OTHERWISE |= {"recovery_tries.of_hash", "mastodon_app.sealed_secret"}
_FILLED_OTHERWISE |= {"unasked_mail.address_hash"}


def word_for(table: str, column: str) -> str:
    return _NO_WORDS.get((table, column), f"{_MARK} {table}.{column}")


def everything(session: Session) -> dict[str, list[Any]]:
    return {
        table.name: [dict(row) for row in session.execute(select(table)).mappings()]
        for table in metadata.sorted_tables
    }


def marked(house: House) -> set[str]:
    """The columns in which a word of the account's stands."""
    found = house.db.read_now(everything)
    return {
        f"{table}.{column}"
        for table, rows in found.items()
        for row in rows
        for column, value in row.items()
        if _MARK in json.dumps(value, default=str)
    }


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if _MARK.encode() in path.read_bytes()}


def texts() -> set[str]:
    """Every table that has a column for words."""
    return {
        table.name
        for table in metadata.sorted_tables
        if any(isinstance(column.type, (String, JSON)) for column in table.c)
    }


def personal() -> set[str]:
    """Every column in which words about somebody can stand."""
    told = {Holds.PERSON, Holds.WORDS, Holds.SECRET}
    return {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, (String, JSON)) and marks()[table.name, column.name] in told
    }


def test_no_word_that_was_the_accounts_is_left_in_any_column(database_url: str) -> None:
    house = House(database_url)
    try:
        ana = house.person("Ana Lima", _ADDRESS)
        fill_every_table(house, ana, word_for)
        filled = {name.partition(".")[0] for name in marked(house)}
        nobodys = {"event_role", "mastodon_app", "outbox_entry", "recovery_tries"}
        nobodys.add("unasked_mail")
        assert texts() - filled == nobodys
        assert personal() - marked(house) <= _FILLED_OTHERWISE
        ana.client.request("DELETE", "/api/v1/me")
        assert marked(house) == set()
    finally:
        house.close()


def test_nor_in_the_file_of_the_database(tmp_path: Path) -> None:
    file = tmp_path / "firsthand.db"
    upgrade(f"sqlite:///{file}")
    house = House(f"sqlite:///{file}")
    ana = house.person("Ana Lima", _ADDRESS)
    fill_every_table(house, ana, word_for)
    assert files(tmp_path)
    ana.client.request("DELETE", "/api/v1/me")
    house.close()
    assert files(tmp_path) == set()
