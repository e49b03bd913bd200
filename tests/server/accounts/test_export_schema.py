"""What is taken along is as its published schema says."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from firsthand.export_shape import export_schema, exported_tables
from firsthand.taking_out import export_everything
from tests.server.filled import fill_every_table
from tests.server.house import House


@pytest.fixture
def told(house: House) -> dict[str, Any]:
    """An export with a row in every table, as it comes over the wire."""
    ana = house.person("Ana Oliveira")
    fill_every_table(house, ana)
    answer: dict[str, Any] = ana.client.get("/api/v1/me/export").json()
    return answer


def problems(document: Any) -> list[str]:
    validator = Draft202012Validator(
        export_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def test_anybody_reads_the_schema(house: House) -> None:
    answer = house.client().get("/api/export-schema.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/schema+json")
    Draft202012Validator.check_schema(answer.json())
    assert answer.json() == export_schema()


def test_every_table_is_as_the_schema_says(told: dict[str, Any]) -> None:
    assert list(told)[:2] == ["format", "version"]
    assert {table.name for table in exported_tables() if not told[table.name]} == set()
    assert problems(told) == []


def test_an_export_with_nothing_in_it_is_as_the_schema_says(house: House) -> None:
    ana = house.person()
    assert problems(ana.client.get("/api/v1/me/export").json()) == []


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("contact", "name", None),
        ("meeting", "day", "soon"),
        ("scan", "intents", "coffee"),
        ("tie_fact", "count", "many"),
        ("follow_up", "another", 1),
    ],
)
def test_the_schema_finds_what_is_wrong(
    told: dict[str, Any], table: str, column: str, value: object
) -> None:
    told[table][0][column] = value
    assert len(problems(told)) == 1


def test_written_at_once_or_row_by_row_it_is_the_same(house: House) -> None:
    ana = house.person()
    fill_every_table(house, ana)
    at_once = house.db.read_now(export_everything, ana.id)
    assert list(at_once) == list(ana.client.get("/api/v1/me/export").json())
