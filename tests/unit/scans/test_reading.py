"""A scan as a device sends it, judged by itself."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.scans.reading import (
    LONGEST_CODE,
    LONGEST_NOTE,
    ReadScan,
    UnreadableScan,
    read_moment,
    read_scan,
)

GOOD = {
    "id": "0196e5c4-7b1a-7c3e-9d54-2f6a1b7c8d9e",
    "code": " HTTPS://FIRSTHAND.EXAMPLE/B/X ",
    "scanned_at": "2026-11-23T10:42:07.123+01:00",
}


def test_a_good_scan_is_read_with_its_offset() -> None:
    scan = read_scan({**GOOD, "sequence": 3, "intents": ["Coffee"], "note": "hi\x00"})

    assert isinstance(scan, ReadScan)
    assert scan.code == "HTTPS://FIRSTHAND.EXAMPLE/B/X"
    assert scan.scanned_at.isoformat() == "2026-11-23T10:42:07.123000+01:00"
    assert scan.intents == ["coffee"]
    assert scan.note == "hi"


@pytest.mark.parametrize(
    "written",
    [
        "{0196E5C4-7B1A-7C3E-9D54-2F6A1B7C8D9E}",
        "urn:uuid:0196e5c4-7b1a-7c3e-9d54-2f6a1b7c8d9e",
        "0196e5c47b1a7c3e9d542f6a1b7c8d9e",
        "00000000-0000-0000-0000-000000000000",
    ],
)
def test_an_id_is_read_however_a_device_writes_it(written: str) -> None:
    scan = read_scan({**GOOD, "id": written})

    assert isinstance(scan, ReadScan)
    assert scan.id == UUID(written)


@pytest.mark.parametrize(
    "clock",
    [
        "1970-01-01T00:00:05Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2016-12-31T23:59:60Z",
    ],
)
def test_no_clock_is_so_wrong_that_its_scan_is_refused(clock: str) -> None:
    scan = read_scan({**GOOD, "scanned_at": clock})

    assert isinstance(scan, ReadScan)
    assert scan.scanned_at.astimezone(ZoneInfo("Pacific/Kiritimati"))


@pytest.mark.parametrize("empty", [{"note": None}, {"intents": None}, {"event": None}])
def test_null_is_as_good_as_missing(empty: dict[str, Any]) -> None:
    assert isinstance(read_scan({**GOOD, **empty}), ReadScan)


def test_what_is_not_known_is_ignored() -> None:
    assert isinstance(read_scan({**GOOD, "colour": "red"}), ReadScan)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "7"},
        {"id": None},
        {"code": ""},
        {"code": "x" * (LONGEST_CODE + 1)},
        {"code": 7},
        {"scanned_at": "yesterday"},
        {"scanned_at": "2026-11-23T10:42:07"},
        {"scanned_at": 1_700_000_000},
        {"sequence": -1},
        {"sequence": 2**60},
        {"sequence": 1.5},
        {"intents": "coffee"},
        {"intents": ["x" * 100]},
        {"intents": [f"own {i}" for i in range(20)]},
        {"note": "x" * (LONGEST_NOTE + 1)},
        {"event": 7},
    ],
)
def test_a_malformed_scan_says_so_and_keeps_its_id_as_sent(wrong: dict[str, Any]) -> None:
    scan = read_scan({**GOOD, **wrong})

    assert isinstance(scan, UnreadableScan)
    assert scan.problem
    assert scan.id == wrong.get("id", GOOD["id"])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(
    st.dictionaries(st.sampled_from([*GOOD, "event", "sequence", "intents", "note"]), json_values)
)
def test_nothing_that_json_can_hold_is_too_much(sent: dict[str, Any]) -> None:
    read_scan({**GOOD, **sent})
    read_scan(sent)


@given(json_values)
def test_a_scan_that_is_no_object_is_malformed(sent: Any) -> None:
    if not isinstance(sent, dict):
        read = read_scan(sent)
        assert isinstance(read, UnreadableScan)
        assert read_scan(sent) == UnreadableScan(None, read.problem)


@given(st.text())
def test_a_moment_is_read_or_refused_in_words(text: str) -> None:
    said = ""
    offset = None
    try:
        offset = read_moment(text).utcoffset()
    except ValueError as problem:
        said = str(problem)
    assert offset is not None or "2026-11-23" in said
