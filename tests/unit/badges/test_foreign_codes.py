"""Codes that this instance never printed."""

import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import vobject
from hypothesis import example, given
from hypothesis import strategies as st

from firsthand.badges.foreign_codes import (
    CodeKind,
    OpaqueCode,
    PersonCode,
    ProfileCode,
    read_foreign_code,
)
from firsthand.handles.networks import Network
from firsthand.handles.parsing import ParsedHandle
from firsthand.scans.strangers import some_profile

EXAMPLES = json.loads(Path(__file__).parents[2].joinpath("foreign_codes.json").read_text("utf-8"))
BY_WHAT = {each["what"]: each["code"] for each in EXAMPLES}
STARTS = ["", "BEGIN:VCARD\n", "MECARD:", "BIZCARD:", "MEMORY:", "mailto:", "https://x.com/", "{"]
# What a person types into a card's fields: no line breaks, no separate marks at the ends.
WORDS = (
    st.text(
        st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=60
    )
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)


def read_person(code: str) -> PersonCode:
    person = read_foreign_code(code)
    assert isinstance(person, PersonCode)
    return person


@pytest.mark.parametrize("each", EXAMPLES, ids=lambda each: each["what"])
def test_the_table_of_codes_that_the_browser_reads_alike(each: dict[str, Any]) -> None:
    found = read_foreign_code(each["code"])

    if isinstance(found, PersonCode):
        made = some_profile(UUID(int=0), found, "")
        read = {"kind": "person", "name": made.name or made.called, "company": found.company}
    elif isinstance(found, ProfileCode):
        handle = found.handle
        read = {"kind": "profile", "network": handle.network.value, "name": handle.name}
    else:
        read = {"kind": found.kind.value}
    assert read == {key: each[key] for key in each if key not in {"what", "code"}}


def test_a_vcard_gives_a_whole_person() -> None:
    code = BY_WHAT["vCard 3.0 with a group, a folded line and the app's own query"]

    assert read_foreign_code(code) == PersonCode(
        name="Fenna Wouters",
        headline="Talent lead",
        company="Harbour Labs, Talent",
        email="fenna@harbour.example",
        phone="+3161234",
        handles=(ParsedHandle(Network.LINKEDIN, "fenna"),),
    )


@pytest.mark.parametrize(
    ("line", "handle"),
    [
        ("URL:http\\://twitter.com/fenna", ParsedHandle(Network.X, "fenna")),
        ("X-SOCIALPROFILE;TYPE=twitter:https://x.com/fenna", ParsedHandle(Network.X, "fenna")),
        ("X-SOCIALPROFILE;type=twitter;x-user=fenna:x-apple:1", ParsedHandle(Network.X, "fenna")),
        ("SOCIALPROFILE;SERVICE-TYPE=GitHub:fenna", ParsedHandle(Network.GITHUB, "fenna")),
        ("X-TWITTER:@fenna", ParsedHandle(Network.X, "fenna")),
        ("item2.URL;type=pref:linkedin.com/in/fenna", ParsedHandle(Network.LINKEDIN, "fenna")),
    ],
)
def test_a_vcards_profiles_are_handles_however_they_are_written(
    line: str, handle: ParsedHandle
) -> None:
    assert read_person(f"BEGIN:VCARD\n{line}\nEND:VCARD").handles == (handle,)


def test_of_several_numbers_the_preferred_one_that_rings_counts() -> None:
    card = (
        "BEGIN:VCARD\nTEL;FAX:5550001\nTEL;HOME:5550002\nTEL;VALUE=uri;PREF=1:tel:+15550003;ext=9\n"
    )

    assert read_person(card).phone == "+15550003"


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://fenna.example", "https://fenna.example"),
        ("fenna.example/talks?key=abc#x", "https://fenna.example/talks"),
        ("https://fenna.example/t/id/secret", "https://fenna.example"),
        ("https://fenna.example/9a8b7c", "https://fenna.example"),
        ("https://user:word@fenna.example/", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_a_website_is_noted_without_what_could_open_a_door(address: str, site: str) -> None:
    assert read_person(f"MECARD:N:Fenna;URL:{address.replace(':', chr(92) + ':')};;").site == site


@pytest.mark.parametrize(
    ("what", "system"),
    [
        ("Indico", "Indico"),
        ("pretix", "pretix"),
        ("eventyay as UUID and number", "eventyay"),
        ("alf.io", "alf.io"),
        ("Hi.Events", "Hi.Events"),
        ("Luma", "Luma"),
        ("pgeu's secret ticket", "pgeu"),
        ("SpotMe", "SpotMe"),
        ("Tito", "Tito"),
        ("anything else", ""),
    ],
)
def test_a_ticket_tells_its_system_and_stays_one_code(what: str, system: str) -> None:
    code = BY_WHAT[what]

    assert read_foreign_code(f" {code}\n") == OpaqueCode(CodeKind.TICKET, code, system)


def test_a_swapcard_person_is_the_same_whatever_is_counted_behind_the_address() -> None:
    address = "https://app.swapcard.com/event/harbour-2026/person/RXZlbnQ3"

    assert read_foreign_code(f"{address}?utm_source=qr") == read_foreign_code(f"{address}/")


@given(st.sampled_from(STARTS), st.text())
@example("BEGIN:VCARD\n", "N;ENCODING=QUOTED-PRINTABLE;CHARSET=rot13:=\n=")
@example("MECARD:", "N:\\")
@example("", "\ud800")
def test_any_text_at_all_is_read_without_raising(start: str, text: str) -> None:
    code = read_foreign_code(start + text)

    if isinstance(code, PersonCode):
        assert code != PersonCode()
        fields = (code.name, code.headline, code.company, code.email, code.phone, code.site)
        assert all(field.isprintable() and len(field) <= 300 for field in fields)
        assert len(code.handles) <= 20


@given(st.text('=;:,\\"\r\n \tABNFv.0', max_size=400))
def test_any_muddle_of_marks_in_a_vcard_is_read_without_raising(text: str) -> None:
    read_foreign_code(f"BEGIN:VCARD\n{text}")


@given(WORDS, WORDS, WORDS, WORDS)
def test_a_card_that_another_program_wrote_reads_back(
    family: str, given_name: str, company: str, title: str
) -> None:
    card = vobject.vCard()
    card.add("n").value = vobject.vcard.Name(family=family, given=given_name)
    card.add("fn").value = f"{given_name} {family}"
    card.add("org").value = [company]
    card.add("title").value = title
    card.add("email").value = "fenna@example.org"
    card.add("tel").value = "+31 6 12345678"

    person = read_person(card.serialize())

    assert person.name == f"{given_name} {family}"
    assert person.company == company
    assert person.headline == title
    assert (person.email, person.phone) == ("fenna@example.org", "+31612345678")


def test_fields_are_cut_and_controls_dropped() -> None:
    person = read_person(f"MECARD:N:Fe\x00n\u202ena{'a' * 5000};TEL:{'1' * 5000};;")

    assert person.name.startswith("Fe n na")
    assert len(person.name) == 200
    assert person.phone == ""


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VCARD\n" + "\\" * 8000,
        "MECARD:" + "N:\\" * 2600,
        "a " * 4000 + "\x00",
        '{"i":[' + "[" * 7000,
        "BEGIN:VCARD\n" + 'N;"' * 2600,
        "BEGIN:VCARD\nN;QUOTED-PRINTABLE:" + "=\n" * 3900,
        "@" * 8000,
        "1" * 8000,
    ],
)
def test_the_longest_hostile_code_is_read_at_once(text: str) -> None:
    before = time.process_time()
    read_foreign_code(text)
    assert time.process_time() - before < 0.25
