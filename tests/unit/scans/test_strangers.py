"""What is kept of a code that names nobody."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from firsthand.badges.foreign_codes import OpaqueCode, read_foreign_code
from firsthand.scans.strangers import code_digest, code_hint, hint_key

HINTS = json.loads(Path(__file__).parents[2].joinpath("code_hints.json").read_text("utf-8"))


@pytest.mark.parametrize("each", HINTS, ids=lambda each: each["hint"])
def test_the_phone_calls_an_unknown_badge_as_the_server_does(each: dict[str, Any]) -> None:
    code = read_foreign_code(each["code"])

    assert isinstance(code, OpaqueCode)
    assert code_hint(bytes.fromhex(each["key"]), code.identity) == each["hint"]


def test_a_code_hashes_alike_however_its_lines_are_broken() -> None:
    assert code_digest(b"key", "a\r\nb ") == code_digest(b"key", "a\nb")
    assert code_digest(b"key", "\ud800") != code_digest(b"key", "\ud801")


def test_two_owners_have_different_hints_of_one_badge() -> None:
    keys = [hint_key(b"key", UUID(int=number)) for number in (1, 2)]

    assert len({code_hint(key, "abc") for key in keys}) == 2
