"""Codes that this instance never printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.badges.foreign_codes import OpaqueCode, PersonCode, read_foreign_code
from firsthand.handles.networks import Network
from firsthand.handles.parsing import ParsedHandle

VCARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Wouters;Fenna;;;\r\nFN:Fenna Wouters\r\n"
    "ORG:Harbour Labs;Talent\r\nTITLE:Talent\r\n  lead\r\n"
    "item1.EMAIL;TYPE=work:Fenna@Harbour.example\r\nTEL;CELL:+31 6 1234\r\n"
    "URL:https://www.linkedin.com/in/fenna?fromQR=1\r\nEND:VCARD"
)


def test_a_vcard_gives_a_whole_person() -> None:
    assert read_foreign_code(VCARD) == PersonCode(
        name="Fenna Wouters",
        headline="Talent lead",
        company="Harbour Labs Talent",
        email="fenna@harbour.example",
        phone="+3161234",
        handles=(ParsedHandle(Network.LINKEDIN, "fenna"),),
    )


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("MECARD:N:Wouters,Fenna;TEL:+311234567;;", "Fenna Wouters"),
        ("MECARD:NOTE:hi;N:Fenna Wouters;EMAIL:f@example.org;", "Fenna Wouters"),
        ("mecard:N:山田太郎;;", "山田太郎"),
        ("BEGIN:VCARD\nN:Wouters;Fenna\nEND:VCARD", "Fenna Wouters"),
        ("begin:vcard\nn:Wouters;Fenna\nend:vcard", "Fenna Wouters"),
    ],
)
def test_business_cards_of_every_make_give_the_name(code: str, name: str) -> None:
    person = read_foreign_code(code)

    assert isinstance(person, PersonCode)
    assert person.name == name


def test_a_profiles_address_gives_the_handle() -> None:
    person = read_foreign_code("https://www.linkedin.com/in/fenna?fromQR=1")

    assert person == PersonCode(handles=(ParsedHandle(Network.LINKEDIN, "fenna"),))


@pytest.mark.parametrize(
    ("code", "person"),
    [
        ("mailto:fenna@example.org?subject=hi", PersonCode(email="fenna@example.org")),
        ("tel:+31-6-1234", PersonCode(phone="+3161234")),
    ],
)
def test_an_address_or_number_alone_is_a_person(code: str, person: PersonCode) -> None:
    assert read_foreign_code(code) == person


@pytest.mark.parametrize(
    "code",
    [
        "kfndgffgyw4tdgcacx6bb3bgemq69cxj",
        '{"i":[2,"events.example","mYK+TjLPRlangWKtRWCdEg=="]}',
        "https://tickets.example/t/id/0a1b2c3d/",
        "https://linkedin.com.evil.example/in/fenna",
        "A-1B2C3D4",
        "500110001",
        "MECARD:;;",
        "BEGIN:VCARD\nEND:VCARD",
        "mailto:nobody",
        "tel:x",
        "",
    ],
)
def test_what_may_be_a_ticket_is_opaque(code: str) -> None:
    assert read_foreign_code(code) == OpaqueCode()


@given(st.text() | st.text().map(lambda t: "BEGIN:VCARD\n" + t) | st.text().map("MECARD:{}".format))
def test_any_text_at_all_is_one_or_the_other(text: str) -> None:
    code = read_foreign_code(text)

    if isinstance(code, PersonCode):
        assert code != PersonCode()
        fields = (code.name, code.headline, code.company, code.email, code.phone)
        assert all(field.isprintable() and len(field) <= 200 for field in fields)
