"""Nobody adds a column without saying what it holds of people."""

from firsthand.export_shape import exported_columns, exported_tables
from firsthand.personal_data import Holds, marks, unmarked
from firsthand.tables import metadata


def test_every_column_is_marked() -> None:
    assert unmarked() == []


def test_no_column_is_marked_that_is_gone() -> None:
    columns = {(table.name, column.name) for table in metadata.sorted_tables for column in table.c}
    assert sorted(set(marks()) - columns) == []


def test_a_hash_is_a_secret() -> None:
    hashes = {key: mark for key, mark in marks().items() if key[1].endswith("_hash")}
    assert set(hashes.values()) == {Holds.SECRET}


def test_whose_a_row_is_is_said_by_every_column_that_names_an_account() -> None:
    assert [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.c
        for key in column.foreign_keys
        if key.column.table.name == "account"
        and marks()[table.name, column.name] is not Holds.WHOSE
    ] == []


def test_an_export_tells_no_secret_but_what_its_owner_sees_anyway() -> None:
    told = {
        f"{table.name}.{name}"
        for table in exported_tables()
        for name in exported_columns(table)
        if marks()[table.name, name] is Holds.SECRET
    }
    # The own badge, proof page and picture, and where the own browser is told.
    assert told == {
        "badge.token",
        "face.mark",
        "badge.short_code",
        "proof_page.code",
        "push_subscription.endpoint",
    }
