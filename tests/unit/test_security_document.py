"""What deploy/SECURITY.md says is there: its tests exist, its counts are right."""

import re
from collections import Counter
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_SAID = (_ROOT / "deploy/SECURITY.md").read_text()
# How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has, as its CSV numbers them;
# in every section they come first, and those of level 3 after them.
_SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
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
    rows = _ROW.findall(_SAID)
    judged = Counter(number for said, _ in rows for number in said.split(", "))
    wanted = Counter(
        f"{section}.{number}"
        for section, count in _SECTIONS.items()
        for number in range(1, count + 1)
    )
    assert wanted.total() == 253
    assert judged == wanted


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
