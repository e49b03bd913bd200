import contextlib
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firsthand.handles.networks import Network
from firsthand.ties.kinds import KindCount, TieKind, UnreadableExport
from tests.archives import write_zip
from tests.exports import Reading, read, read_files, write_files


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


ANA = card(
    "N:Lima;Ana;;;",
    "FN:Ana Lima",
    "ORG:Acme\\, Inc.;Sales",
    "TITLE:Engineer",
    "EMAIL;TYPE=INTERNET:Ana@Example.org",
    "TEL;TYPE=CELL:+1 (905) 555-1234 ext 7",
    "item1.URL;type=pref:http\\://github.com/ana",
    "item1.X-ABLabel:_$!<HomePage>!$_",
)


def read_one(folder: Path, content: str | bytes, name: str = "contacts.vcf") -> Reading:
    return read_files(folder, {name: content})


def test_a_card_names_a_person_and_ties_their_handles(tmp_path: Path) -> None:
    found = read_one(tmp_path, ANA)
    person = found.person
    assert (person.name, person.headline, person.company) == ("Ana Lima", "Engineer", "Acme, Inc.")
    assert (person.emails, person.phones) == (["ana@example.org"], ["+19055551234"])
    assert found.ties["github:ana"].kinds == [KindCount(TieKind.CONNECTED, 1)]
    assert [(each.network, each.name) for each in person.handles] == [(Network.GITHUB, "ana")]
    assert (found.summary.format, found.summary.unresolved) == ("vcard", 0)
    assert found.lists == []


@pytest.mark.parametrize(
    ("line", "tie"),
    [
        ("X-SOCIALPROFILE;TYPE=twitter:http://twitter.com/ana", "x:ana"),
        ("X-SOCIALPROFILE;type=twitter;x-user=ana:x-apple:ana", "x:ana"),
        ("X-SOCIALPROFILE;type=LinkedIn:https://www.linkedin.com/in/ana", "linkedin:ana"),
        ("X-SOCIALPROFILE;type=github:ana", "github:ana"),
        ("SOCIALPROFILE;SERVICE-TYPE=Mastodon:https://example.social/@ana", "mastodon:"),
        ("item2.X-SOCIALPROFILE;type=pref;type=twitter:https\\://x.com/ana", "x:ana"),
        ("URL:https://bsky.app/profile/ana.bsky.social", "bluesky:ana.bsky.social"),
        ("URL;WORK:https://www.instagram.com/ana/", "instagram:ana"),
    ],
)
def test_profiles_are_ties(tmp_path: Path, line: str, tie: str) -> None:
    (found,) = read_one(tmp_path, card("FN:Ana", line)).ties
    assert found.startswith(tie)


@pytest.mark.parametrize(
    "line",
    [
        "URL:https://www.acme.example",
        "URL:https://www.linkedin.com/company/acme",
        "URL:javascript:alert(1)",
        "URL:https://github.com.evil.example/ana",
        "IMPP;X-SERVICE-TYPE=Twitter:ana",
        "X-SOCIALPROFILE;type=flickr:https://www.flickr.com/photos/ana",
        "X-SOCIALPROFILE;type=twitter:",
        "X-SOCIALPROFILE:ana",
    ],
)
def test_what_is_no_profile_is_a_hint_only(tmp_path: Path, line: str) -> None:
    found = read_one(tmp_path, card("FN:Ana", line))
    assert found.ties == {}
    assert (found.names, found.summary.unresolved) == (["Ana"], 1)


OLD = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Zo=C3=AB;;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=AB =
M=C3=BCller
TEL;CELL:0905 555 1234
TEL;WORK;FAX:0905 555 9999
EMAIL;PREF;INTERNET:zoe@example.org
PHOTO;ENCODING=BASE64;JPEG:
 /9j/4AAQSkZJRgABAQEA

TITLE:Boss
AGENT:
BEGIN:VCARD
VERSION:2.1
FN:Somebody Else
END:VCARD
ORG:Acme;Sales
END:VCARD
"""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_card_of_version_2_1(tmp_path: Path, end: str) -> None:
    person = read_one(tmp_path, OLD.replace("\n", end)).person
    assert (person.name, person.headline, person.company) == ("Zoë Müller", "Boss", "Acme")
    assert (person.phones, person.emails) == (["09055551234"], ["zoe@example.org"])


def test_a_card_of_version_4_0(tmp_path: Path) -> None:
    text = card(
        "FN;ALTID=1;LANGUAGE=en:Ana Lima",
        "FN;ALTID=1;LANGUAGE=ja:アナ",
        'TEL;VALUE=uri;TYPE="work,voice";PREF=1:tel:+1-418-656-9254;ext=102',
        "ORG;TYPE=work:Acme",
        version="4.0",
    )
    person = read_one(tmp_path, text).person
    assert (person.name, person.company, person.phones) == ("Ana Lima", "Acme", ["+14186569254"])


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["N:Lima;Ana;;;"], "Ana Lima"),
        (["FN:", "N:Lima;;;;"], "Lima"),
        (["NICKNAME:Ani"], "Ani"),
        (["EMAIL:a@example.org"], ""),
        (["URL:https://github.com/ana"], ""),
    ],
)
def test_a_card_without_a_name_is_known_by_what_else_it_says(
    tmp_path: Path, lines: list[str], name: str
) -> None:
    assert read_one(tmp_path, card(*lines)).person.name == name


@pytest.mark.parametrize(
    "lines",
    [
        ["NOTE:nothing"],
        ["FN:Team", "KIND:group", "MEMBER:urn:uuid:1"],
        ["FN:Team", "X-ADDRESSBOOKSERVER-KIND:group"],
        ["FN:Acme", "ORG:Acme", "X-ABShowAs:COMPANY"],
        ["FN:Acme", "KIND:org"],
    ],
)
def test_cards_of_nobody_are_left_out(tmp_path: Path, lines: list[str]) -> None:
    assert read_one(tmp_path, card(*lines) + ANA).names == ["Ana Lima"]


@pytest.mark.parametrize(
    "text",
    [ANA + "BEGIN:VCARD\r\nFN:Cut", "BEGIN:VCARD\r\nFN:Cut\r\n" + ANA, ANA + "BEGIN:VCARD"],
)
def test_a_card_without_its_end_is_left_out_and_told(tmp_path: Path, text: str) -> None:
    found = read_one(tmp_path, text)
    assert found.names == ["Ana Lima"]
    assert found.summary.skipped == 1
    assert "have no end" in found.said


def test_many_files_in_a_zip_or_loose_say_the_same(tmp_path: Path) -> None:
    files = {"a/ana.vcf": ANA, "b/zoe.VCF": OLD, "c/both": OLD + ANA}
    zipped = write_zip(tmp_path / "cards.zip", {"x/ana.vcf": ANA, "x/zoe.VCF": OLD})
    assert read(*write_files(tmp_path, files)) == read(zipped)
    assert read(zipped).names == ["Ana Lima", "Zoë Müller"]


def test_apples_older_cards_are_in_utf_16(tmp_path: Path) -> None:
    assert read_one(tmp_path, OLD.encode("utf-16")).names == ["Zoë Müller"]


LINES = st.sampled_from(
    [
        *("FN:Ana", "FN:Bob", "N:Li;Ma;;;", "EMAIL:a@example.org", "TEL;CELL:0905 12345"),
        *("URL:https://github.com/ana", "URL:https://GitHub.com/Ana", "TITLE:Boss", "KIND:group"),
        "X-SOCIALPROFILE;type=twitter:ana",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cards=st.lists(st.lists(LINES, max_size=5), min_size=1, max_size=8), seed=st.randoms())
def test_the_order_of_cards_and_their_repetition_change_nothing(
    tmp_path: Path, cards: list[list[str]], seed: random.Random
) -> None:
    texts = [card(*lines) for lines in cards]
    again = [*texts, *seed.sample(texts, len(texts) // 2)]
    seed.shuffle(again)
    one, other = read_one(tmp_path, "".join(texts)), read_one(tmp_path, "".join(again))
    assert (one.ties, one.people) == (other.ties, other.people)
    assert one.summary.unresolved == other.summary.unresolved


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    pieces=st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.sampled_from([OLD.encode(), ANA.encode(), b"BEGIN:VCARD\n", b"END:VCARD\n", b"=\n"]),
        ),
        max_size=8,
    )
)
def test_whatever_is_in_a_card_never_raises_anything_else(
    tmp_path: Path, pieces: list[bytes]
) -> None:
    with contextlib.suppress(UnreadableExport):
        read_one(tmp_path, b"BEGIN:VCARD\n" + b"".join(pieces))


def test_an_address_book_without_one_whole_card_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.vcf"
    path.write_text("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Lima\r\n")
    with pytest.raises(UnreadableExport, match="no card in it has an end"):
        read(path)
