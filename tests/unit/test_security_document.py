"""What deploy/SECURITY.md says is there: its tests exist, its counts are right."""

import re
from collections import Counter
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_SAID = (_ROOT / "deploy/SECURITY.md").read_text()
# Requirements of levels 1 and 2 by chapter of ASVS 5.0.0.
_CHAPTERS = {
    1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13,
    14: 9, 15: 13, 16: 16, 17: 7,
}  # fmt: skip
_ROW = re.compile(r"^\| ([\d., ]+) \| (met|not applicable|\*\*open\*\*) \| .+ \|$", re.MULTILINE)


def _requirements() -> dict[str, str]:
    rows = _ROW.findall(_SAID)
    numbers = [(number, state) for said, state in rows for number in said.split(", ")]
    assert len(numbers) == len(dict(numbers)), "a requirement stands twice"
    return dict(numbers)


def test_every_test_that_it_names_exists() -> None:
    there = {
        name
        for file in (_ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.MULTILINE)
    }
    named = set(re.findall(r"`(test_\w+)`", _SAID))
    assert named
    assert named - there == set()


def test_every_requirement_is_judged_once() -> None:
    chapters = Counter(int(number.partition(".")[0]) for number in _requirements())
    assert dict(chapters) == _CHAPTERS


def test_its_sums_are_those_of_its_rows() -> None:
    states = Counter(_requirements().values())
    said = re.search(r"Of (\d+) requirements (\d+) are met, (\d+) do not apply and (\d+)", _SAID)
    assert said is not None
    assert [int(number) for number in said.groups()] == [
        sum(states.values()),
        states["met"],
        states["not applicable"],
        states["**open**"],
    ]
