import contextlib
import csv
import io
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firsthand.handles.networks import Network
from firsthand.ties import people_found
from firsthand.ties.kinds import (
    FoundList,
    FoundOwner,
    KindCount,
    Progress,
    TieKind,
    UnreadableExport,
)
from firsthand.ties.linkedin_rows import day_of, slug_of
from firsthand.ties.reading import read_export
from tests.archives import write_zip
from tests.exports import Reading, read, read_files, write_files

NOTES = 'Notes:\n"When exporting your data, you may miss an address. This is expected."\n\n'
HEADER = "First Name,Last Name,URL,Email Address,Company,Position,Connected On"
ANA = "Ana,Lima,https://www.linkedin.com/in/ana-lima,ana@example.org,Acme,Engineer,08 Feb 2026"
BOB = "Bob,Ito,https://www.linkedin.com/in/bob,,,,01 Jan 2020"
CONNECTIONS = f"{NOTES}{HEADER}\n{ANA}\n{BOB}\n"

SENDER = "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS"
TALKS = f"{SENDER},DATE,SUBJECT,CONTENT,FOLDER,ATTACHMENTS,IS MESSAGE DRAFT\n"


def message(
    sender: str, *recipients: str, at: str = "2024-03-15 09:30:00 UTC", more: str = "INBOX,,No"
) -> str:
    def link(who: str) -> str:
        return f"https://www.linkedin.com/in/{who}" if who else ""

    to, links = ", ".join(recipients), ",".join(map(link, recipients))
    return f'c1,,{sender.title()},{link(sender)},"{to}","{links}",{at},,"Hi, {sender}",{more}\n'


def connections(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows, ""])


def read_one(folder: Path, content: str | bytes, name: str = "Connections.csv") -> Reading:
    return read_files(folder, {name: content})


def test_a_connection_is_a_tie_with_its_day_and_a_person_with_what_the_row_says(
    tmp_path: Path,
) -> None:
    found = read_one(tmp_path, CONNECTIONS)
    day = datetime(2026, 2, 8, tzinfo=UTC)
    assert found.ties["linkedin:ana-lima"].kinds == [KindCount(TieKind.CONNECTED, 1, day)]
    ana = next(person for person in found.people if person.name == "Ana Lima")
    assert (ana.headline, ana.company, ana.emails) == ("Engineer", "Acme", ["ana@example.org"])
    assert ana.at == day
    assert [(each.network, each.name) for each in ana.handles] == [(Network.LINKEDIN, "ana-lima")]
    assert found.lists == [FoundList(Network.LINKEDIN, TieKind.CONNECTED)]
    assert (found.summary.format, found.summary.unresolved, found.summary.skipped) == (
        "linkedin",
        0,
        0,
    )
    assert found.problems == []


@pytest.mark.parametrize(
    "content",
    [
        connections(ANA, BOB),
        "\ufeff" + CONNECTIONS,
        CONNECTIONS.encode("utf-16"),
        CONNECTIONS.replace("\n", "\r\n"),
        CONNECTIONS.replace("\n", "\r"),
        "sep=,\n" + CONNECTIONS,
        connections(ANA, BOB).replace(",", ";"),
        NOTES + connections(ANA, BOB).replace(",", "\t"),
        NOTES + connections(ANA, BOB).replace(",", ";"),
        CONNECTIONS.replace("Ana,Lima", "Ana\0,Lima"),
        CONNECTIONS.replace("https://www.", ""),
        CONNECTIONS.replace("https://www.", "https://uk."),
        CONNECTIONS.replace("/in/ana-lima", "/in/ANA-lima?trk=contact"),
        CONNECTIONS + "\n\n,,,,,,\n",
        CONNECTIONS + f"{HEADER}\n{ANA}\n{BOB}\n",
        connections(ANA + ",", BOB + ",,", header=HEADER + ","),
    ],
    ids=[
        *("without notes", "BOM", "UTF-16", "CRLF", "CR", "sep=", "semicolons", "tabs"),
        *("semicolons below notes", "NUL", "no scheme", "country", "case and query"),
        *("empty rows", "joined twice", "a column without a name"),
    ],
)
def test_however_it_was_saved_the_list_says_the_same(tmp_path: Path, content: str | bytes) -> None:
    expected = read_one(tmp_path, CONNECTIONS)
    found = read_one(tmp_path, content)
    assert {name.lower() for name in found.ties} == set(expected.ties)
    assert found.names == expected.names == ["Ana Lima", "Bob Ito"]
    assert found.lists == expected.lists
    assert found.summary == expected.summary


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(connections(ANA, BOB))))
    out = io.StringIO()
    csv.writer(out).writerows(reversed(row) for row in rows)
    assert read_one(tmp_path, out.getvalue()).ties == read_one(tmp_path, CONNECTIONS).ties


def test_windows_1252_keeps_its_accents(tmp_path: Path) -> None:
    text = connections(ANA.replace("Ana,Lima", "Zoë,Müller"))
    assert read_one(tmp_path, text.encode("cp1252")).names == ["Zoë Müller"]


def test_a_file_is_known_by_its_header_and_not_by_its_name(tmp_path: Path) -> None:
    assert len(read_one(tmp_path, CONNECTIONS, "following.js").ties) == 2
    assert len(read_one(tmp_path, CONNECTIONS, "list").ties) == 2


def test_zip_wrapper_folders_and_loose_files_say_the_same(tmp_path: Path) -> None:
    files = {
        "Connections.csv": CONNECTIONS,
        "messages.csv": TALKS + message("me", "bob") + message("carol", "me"),
        "Profile.csv": "First Name,Last Name,Headline,Summary\nMe,,Boss,\n",
        "Rich_Media.csv": "Time,Media Link\n2024-02-01,https://www.linkedin.com/feed\n",
    }
    loose = read(*write_files(tmp_path / "loose", files))
    wrapped = {f"Basic/{name}": text for name, text in files.items()}
    noise = {"__MACOSX/._Connections.csv": "\0\5\x16", "Basic/.DS_Store": "x"}
    zipped = write_zip(tmp_path / "Basic.zip", {**wrapped, **noise})
    assert read(zipped) == loose
    assert read(tmp_path / "loose") == loose
    assert set(loose.ties) == {"linkedin:ana-lima", "linkedin:bob", "linkedin:carol"}


def test_a_long_list_is_read_in_pieces_with_rising_progress(tmp_path: Path) -> None:
    rows = [BOB.replace("bob", f"bob-{number}") for number in range(60_000)]
    (path,) = write_files(tmp_path, {"Connections.csv": connections(*rows)})
    said = [each for each in read_export([path]) if isinstance(each, Progress)]
    assert len(said) > 1
    assert [each.done for each in said] == sorted(each.done for each in said)
    assert said[-1].done == said[-1].total == path.stat().st_size
    zipped = write_zip(tmp_path / "x.zip", {"Connections.csv": path.read_bytes()})
    assert len(read(zipped).ties) == 60_000


def test_hidden_members_are_counted_and_left_out(tmp_path: Path) -> None:
    found = read_one(tmp_path, connections(ANA, ",,,,,,01 Jan 2023", ",,,,,,02 Jan 2023"))
    assert len(found.people) == len(found.ties) == 1
    assert found.summary.skipped == 2
    assert "keep their name from others; left out: 2." in found.said


def test_a_row_without_a_profile_is_a_hint_and_never_a_tie(tmp_path: Path) -> None:
    company = "Cy,Po,https://www.linkedin.com/company/acme,,,,01 Jan 2020"
    found = read_one(tmp_path, connections(ANA, "Bo,Li,,,Acme,,01 Jan 2020", company))
    assert list(found.ties) == ["linkedin:ana-lima"]
    assert sorted(each.name for each in found.people if not each.handles) == ["Bo Li", "Cy Po"]
    assert found.summary.unresolved == 2


def test_a_list_of_before_2023_can_only_suggest_and_ends_nothing(tmp_path: Path) -> None:
    old = "First Name,Last Name,Email Address,Company,Position,Connected On"
    found = read_one(tmp_path, f"{old}\nBo,Li,,Acme,Boss,01 Jan 2020\n")
    assert (found.ties, found.lists, found.names) == ({}, [], ["Bo Li"])
    assert "before 2023" in found.said


def test_an_empty_list_and_a_missing_one_are_told_apart(tmp_path: Path) -> None:
    empty = read_one(tmp_path / "a", NOTES + HEADER + "\n")
    missing = read_files(tmp_path / "b", {"messages.csv": TALKS + message("me", "bob")})
    assert "you are connected with nobody" in empty.said
    assert "It is not here" in missing.said
    assert empty.lists == missing.lists == []


def test_a_row_that_cannot_be_read_is_counted_and_the_list_is_not_whole(tmp_path: Path) -> None:
    found = read_one(tmp_path, connections(ANA, '"' + "x" * 140_000, BOB))
    assert "linkedin:ana-lima" in found.ties
    assert "cannot be read" in found.said
    assert (found.lists, found.summary.skipped) == ([], 1)


def test_fields_are_tidied_and_cut(tmp_path: Path) -> None:
    row = f"\u202eAna\u0007,Lima,linkedin.com/in/ana,no address,{'x' * 900},<b>Boss</b>,soon"
    found = read_one(tmp_path, connections(row))
    person = found.person
    assert "dates could not be read; these people count without one: 1." in found.said
    assert (person.name, person.headline) == ("Ana Lima", "<b>Boss</b>")
    assert len(person.company) == 200
    assert person.emails == []
    assert person.at is None


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("https://www.linkedin.com/in/ana-lima", "ana-lima"),
        ("linkedin.com/in/ana-lima/?trk=x", "ana-lima"),
        ("https://www.linkedin.com/in/j%C3%B6rg", "jörg"),
        ("https://www.linkedin.com/in/", None),
        ("https://www.linkedin.com/company/acme", None),
        ("https://linkedin.com.evil.example/in/ana", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_only_a_personal_profile_gives_a_name(text: str, slug: str | None) -> None:
    assert slug_of(text) == slug


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("08 Feb 2026", (2026, 2, 8)),
        ("8-Feb-26", (2026, 2, 8)),
        ("1/29/26, 2:37 PM", (2026, 1, 29)),
        ("2026-02-08", (2026, 2, 8)),
        ("31 Feb 2026", None),
        ("08 Xyz 2026", None),
        ("08 Feb 0026", None),
        ("", None),
    ],
)
def test_days(text: str, day: tuple[int, int, int] | None) -> None:
    assert day_of(text) == (datetime(*day, tzinfo=UTC) if day else None)


def test_messages_are_counted_with_their_first_and_last_day(tmp_path: Path) -> None:
    text = (
        TALKS
        + message("me", "bob", at="2024-03-15 09:30:00 UTC")
        + message("bob", "me", at="2024-03-17 09:30:00 UTC")
        + message("carol", "me", at="2024-01-01 00:00:00 UTC")
    )
    found = read_files(tmp_path, {"Connections.csv": CONNECTIONS, "messages.csv": text})
    first, last = datetime(2024, 3, 15, 9, 30, tzinfo=UTC), datetime(2024, 3, 17, 9, 30, tzinfo=UTC)
    assert found.kind("linkedin:bob", TieKind.MESSAGED) == KindCount(
        TieKind.MESSAGED, 2, first, last
    )
    assert [each.kind for each in found.ties["linkedin:carol"].kinds] == [TieKind.MESSAGED]
    assert "Carol" in found.names
    assert found.owners == [FoundOwner(Network.LINKEDIN, "me", None)]
    assert "linkedin:me" not in found.ties


@pytest.mark.parametrize(
    "row",
    [
        message("", "me"),
        message("me", ""),
        message("me", "dora", more="INBOX,,Yes"),
        message("dora", "me", more="SPAM,,No"),
        message("dora", *(f"member{number}" for number in range(40)), "me"),
        "BADROW\n",
    ],
    ids=["sponsored", "to nobody", "draft", "spam", "an announcement", "bad row"],
)
def test_what_is_no_exchange_ties_nobody(tmp_path: Path, row: str) -> None:
    talk = message("me", "bob") + message("carol", "me")
    found = read_files(tmp_path, {"messages.csv": TALKS + talk + row})
    assert set(found.ties) == {"linkedin:bob", "linkedin:carol"}


def test_in_a_group_only_who_wrote_to_the_owner_or_got_from_them_counts(tmp_path: Path) -> None:
    talk = message("carol", "me", "dora") + message("me", "bob")
    found = read_files(tmp_path, {"messages.csv": TALKS + talk})
    assert set(found.ties) == {"linkedin:bob", "linkedin:carol"}


def test_only_files_that_are_missing_are_asked_for(tmp_path: Path) -> None:
    talk = {"messages.csv": TALKS + message("me", "bob")}
    strangers = f"{HEADER}\nZoe,Zed,{LINK}zoe,,Acme,Engineer,08 Feb 2026\n"
    profile = "First Name,Last Name,Headline,Summary\nNobody,Else,,\n"
    found = read_files(tmp_path / "some", {**talk, "Connections.csv": strangers})
    assert "Import Profile.csv and Invitations.csv together with it." in found.said
    everything = {
        "Connections.csv": strangers,
        "Profile.csv": profile,
        "Invitations.csv": INVITATIONS,
    }
    found = read_files(tmp_path / "all", {**talk, **everything})
    assert "nothing says which side of the messages is yours." in found.said
    assert "Import " not in found.said


INVITATIONS = "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl\n"
LINK = "https://www.linkedin.com/in/"


@pytest.mark.parametrize(
    "more",
    [
        {"Profile.csv": "First Name,Last Name,Headline,Summary\nMe,,Boss,\n"},
        {"Connections.csv": CONNECTIONS},
        {
            "Invitations.csv": INVITATIONS
            + f'Me,Eve,"1/29/26, 2:37 PM",,OUTGOING,{LINK}me,{LINK}e\n'
            + f'Joe,Me,"1/29/26, 2:37 PM",,INCOMING,{LINK}joe,{LINK}me\n'
        },
    ],
    ids=["profile", "connections", "invitations"],
)
def test_of_a_single_conversation_another_file_tells_whose_side_is_whose(
    tmp_path: Path, more: dict[str, str]
) -> None:
    talk = {"messages.csv": TALKS + message("me", "bob")}
    alone = read_files(tmp_path / "alone", talk)
    found = read_files(tmp_path / "both", {**talk, **more})
    assert alone.ties == {}
    assert "nothing says which side" in alone.said
    assert "Import Profile.csv and Connections.csv together with it." in alone.said
    assert found.kind("linkedin:bob", TieKind.MESSAGED).count == 1
    assert "linkedin:me" not in found.ties
    assert "linkedin:e" not in found.ties
    assert "linkedin:joe" not in found.ties


def test_an_owner_whose_profile_had_another_address_once_is_found_by_the_messages(
    tmp_path: Path,
) -> None:
    invitations = f'{INVITATIONS}Me,Eve,"1/29/26, 2:37 PM",,OUTGOING,{LINK}me-once,{LINK}e\n'
    talk = TALKS + message("me", "bob") + message("carol", "me")
    found = read_files(tmp_path, {"Invitations.csv": invitations, "messages.csv": talk})
    assert set(found.ties) == {"linkedin:bob", "linkedin:carol"}


def test_an_older_export_in_the_same_upload_is_left_out(tmp_path: Path) -> None:
    new = write_zip(
        tmp_path / "Basic_LinkedInDataExport_02-08-2026.zip", {"Connections.csv": connections(ANA)}
    )
    old = write_zip(
        tmp_path / "Complete_LinkedInDataExport_11-30-2025.zip",
        {"Connections.csv": connections(BOB)},
    )
    found = read(old, new)
    assert list(found.ties) == ["linkedin:ana-lima"]
    assert "older export" in found.said
    assert found.summary.made_at == datetime(2026, 2, 8, tzinfo=UTC)


def test_people_beyond_what_can_be_kept_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_found.PeopleFound.__init__, "__defaults__", (10_000,))
    many = [BOB.replace("bob", f"bob{number}") for number in range(100)]
    with pytest.raises(UnreadableExport, match="more people"):
        read_one(tmp_path, connections(*many))


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["Ana", "Bob", "", "Zoë"]),
        st.sampled_from(["Lima", "", "李"]),
        st.sampled_from(["", "linkedin.com/in/ana", "LinkedIn.com/in/Ana?x", f"{LINK}bob", "x"]),
        st.sampled_from(["", "a@example.org"]),
        st.sampled_from(["", "Acme, Inc.", "Globex"]),
        st.sampled_from(["", "Boss"]),
        st.sampled_from(["", "08 Feb 2026", "01 Jan 2020", "soon"]),
    ),
    max_size=12,
)


def written(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER.split(","), *rows])
    return out.getvalue()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=ROWS, seed=st.randoms(use_true_random=False))
def test_the_order_of_rows_and_their_repetition_change_nothing(
    tmp_path: Path, rows: list[tuple[str, ...]], seed: random.Random
) -> None:
    again = [*rows, *seed.sample(rows, len(rows) // 2)]
    seed.shuffle(again)
    one, other = read_one(tmp_path, written(rows)), read_one(tmp_path, written(again))
    assert (one.ties, one.people, one.lists) == (other.ties, other.people, other.lists)
    assert one.summary.unresolved == other.summary.unresolved


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=400), start=st.sampled_from([HEADER, TALKS, INVITATIONS, ""]))
def test_whatever_stands_below_a_header_never_raises_anything_else(
    tmp_path: Path, data: bytes, start: str
) -> None:
    with contextlib.suppress(UnreadableExport):
        read_one(tmp_path, start.encode() + b"\n" + data)
