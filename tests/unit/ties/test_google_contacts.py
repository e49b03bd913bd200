import contextlib
import csv
import io
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firsthand.ties.kinds import KindCount, TieKind, UnreadableExport
from tests.archives import write_zip
from tests.exports import Reading, read, read_files

OLD = next(
    csv.reader(
        [
            "Name,Given Name,Additional Name,Family Name,Nickname,Group Membership,E-mail 1 - Type,"
            "E-mail 1 - Value,E-mail 2 - Type,E-mail 2 - Value,Phone 1 - Type,Phone 1 - Value,"
            "Organization 1 - Type,Organization 1 - Name,Organization 1 - Title,Website 1 - Type,"
            "Website 1 - Value,Custom Field 1 - Type,Custom Field 1 - Value"
        ]
    )
)
NEW = next(
    csv.reader(
        [
            "First Name,Middle Name,Last Name,Nickname,File As,Organization Name,"
            "Organization Title,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,"
            "Phone 1 - Value,Website 1 - Label,Website 1 - Value,Custom Field 1 - Label,"
            "Custom Field 1 - Value"
        ]
    )
)


def contacts(header: list[str], *rows: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, header, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


ANA_OLD = {
    "Name": "Ana Lima",
    "Given Name": "Ana",
    "Family Name": "Lima",
    "Group Membership": "* myContacts",
    "E-mail 1 - Value": "Ana@Example.org ::: ana@work.example",
    "Phone 1 - Value": "+1 905 555 1234",
    "Organization 1 - Name": "Acme",
    "Organization 1 - Title": "Engineer",
    "Website 1 - Type": "Profile",
    "Website 1 - Value": "https://www.linkedin.com/in/ana ::: https://acme.example",
    "Custom Field 1 - Type": "Twitter",
    "Custom Field 1 - Value": "@ana",
}
ANA_NEW = {
    "First Name": "Ana",
    "Last Name": "Lima",
    "Organization Name": "Acme",
    "Organization Title": "Engineer",
    "Labels": "* myContacts",
    "E-mail 1 - Label": "* Work",
    "E-mail 1 - Value": "Ana@Example.org ::: ana@work.example",
    "Phone 1 - Value": "+1 905 555 1234",
    "Website 1 - Value": "https://www.linkedin.com/in/ana ::: https://acme.example",
    "Custom Field 1 - Label": "Twitter",
    "Custom Field 1 - Value": "@ana",
}


def read_one(folder: Path, content: str | bytes, name: str = "contacts.csv") -> Reading:
    return read_files(folder, {name: content})


@pytest.mark.parametrize(
    "text", [contacts(OLD, ANA_OLD), contacts(NEW, ANA_NEW)], ids=["old", "new"]
)
def test_both_headers_say_the_same(tmp_path: Path, text: str) -> None:
    found = read_one(tmp_path, text)
    person = found.person
    assert (person.name, person.headline, person.company) == ("Ana Lima", "Engineer", "Acme")
    assert person.emails == ["ana@example.org", "ana@work.example"]
    assert person.phones == ["+19055551234"]
    assert set(found.ties) == {"linkedin:ana", "x:ana"}
    assert found.ties["x:ana"].kinds == [KindCount(TieKind.CONNECTED, 1)]
    assert len(person.handles) == 2
    assert (found.summary.format, found.summary.unresolved) == ("google-contacts", 0)


@pytest.mark.parametrize(
    ("label", "value", "tie"),
    [
        ("LinkedIn profile", "https://linkedin.com/in/ana", "linkedin:ana"),
        ("* GitHub", "ana", "github:ana"),
        ("Home", "https://github.com/ana", "github:ana"),
        ("Twitter", "https://github.com/ana", "github:ana"),
        ("Birthday gift", "ana", None),
        ("Blog", "https://ana.example", None),
        ("Twitter", "not a name", None),
        ("", "=HYPERLINK(1)", None),
    ],
)
def test_a_custom_field_is_a_tie_where_it_names_a_profile(
    tmp_path: Path, label: str, value: str, tie: str | None
) -> None:
    row = {"First Name": "Bo", "Custom Field 1 - Label": label, "Custom Field 1 - Value": value}
    found = read_one(tmp_path, contacts(NEW, row))
    assert list(found.ties) == ([tie] if tie else [])
    assert found.summary.unresolved == (0 if tie else 1)


@pytest.mark.parametrize(
    "recode",
    [
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: b"sep=,\r\n" + text.encode(),
    ],
)
def test_however_it_was_saved_it_says_the_same(tmp_path: Path, recode: object) -> None:
    text = contacts(NEW, ANA_NEW)
    assert callable(recode)
    assert read_one(tmp_path, recode(text)) == read_one(tmp_path, text)


def test_a_row_of_nobody_is_skipped_and_an_empty_list_is_told(tmp_path: Path) -> None:
    nobody = read_one(tmp_path, contacts(NEW, {"Labels": "* myContacts"}, {"First Name": "Bo"}))
    assert (nobody.names, nobody.summary.skipped) == (["Bo"], 1)
    assert "you have no contacts" in read_one(tmp_path, contacts(NEW)).said


def test_in_a_zip_it_says_the_same(tmp_path: Path) -> None:
    text = contacts(OLD, ANA_OLD)
    path = write_zip(tmp_path / "takeout.zip", {"Takeout/Contacts/All/All.csv": text})
    assert read(path) == read_one(tmp_path, text)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "First Name": st.sampled_from(["Ana", "Bo", ""]),
            "Labels": st.just("x"),
            "E-mail 1 - Value": st.sampled_from(["", "a@example.org ::: b@example.org", "no"]),
            "Website 1 - Value": st.sampled_from(["", "github.com/ana", "GitHub.com/Ana ::: x"]),
        }
    ),
    max_size=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=ROWS, seed=st.randoms())
def test_the_order_of_rows_and_their_repetition_change_nothing(
    tmp_path: Path, rows: list[dict[str, str]], seed: random.Random
) -> None:
    again = [*rows, *seed.sample(rows, len(rows) // 2)]
    seed.shuffle(again)
    one = read_one(tmp_path, contacts(NEW, *rows))
    other = read_one(tmp_path, contacts(NEW, *again))
    assert (one.ties, one.people) == (other.ties, other.people)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=400), header=st.sampled_from([OLD, NEW]))
def test_whatever_stands_below_the_header_never_raises_anything_else(
    tmp_path: Path, data: bytes, header: list[str]
) -> None:
    with contextlib.suppress(UnreadableExport):
        read_one(tmp_path, contacts(header).encode() + data)
