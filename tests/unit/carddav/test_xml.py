"""XML from strangers: read or refused, never anything else; what is written is read back."""

from contextlib import suppress
from uuid import UUID
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firsthand.carddav.asking import AskedProperties, read_propfind, read_report
from firsthand.carddav.filtering import UnknownFilter
from firsthand.carddav.places import Place, path_of_card, place_of_href
from firsthand.carddav.xml_reading import UnreadableXml, read_xml
from firsthand.carddav.xml_writing import (
    DAV,
    MULTISTATUS_END,
    MULTISTATUS_START,
    found,
    not_found,
    text,
)
from firsthand.content_lines import escaped

PIECES = st.sampled_from(
    [
        "<D:propfind xmlns:D='DAV:'>", "</D:propfind>", "<D:prop>", "</D:prop>", "<D:getetag/>",
        "<C:addressbook-query xmlns:C='urn:ietf:params:xml:ns:carddav' xmlns:D='DAV:'>",
        "</C:addressbook-query>", "<C:filter>", "</C:filter>", "<C:prop-filter name='FN'>",
        "</C:prop-filter>", "<C:text-match>", "</C:text-match>", "<C:limit>", "</C:limit>",
        "<!DOCTYPE x>", "<!-- -->", "<![CDATA[", "]]>", "&amp;", "&x;", "\0", "é", "<?xml?>", "x",
    ]
)  # fmt: skip


@given(
    st.one_of(
        st.binary(max_size=200), st.lists(PIECES, max_size=20).map(lambda p: "".join(p).encode())
    )
)
@example(b"<a b}c='1'/>")
@example(b"<a xmlns='x}y'/>")
@example(b'<?xml version="1.0" encoding="utf-32"?><a/>')
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    for read in (read_xml, read_propfind, read_report):
        with suppress(UnreadableXml, UnknownFilter):
            read(body)


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE a><a/>",
        b'<!DOCTYPE a SYSTEM "http://evil.example/a.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><a/>',
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b"<a>" * 33 + b"</a>" * 33,
    ],
)
def test_a_document_type_and_deep_nesting_are_refused(body: bytes) -> None:
    with pytest.raises(UnreadableXml, match=r"document type|too deep"):
        read_xml(body)


def test_names_are_told_with_their_spaces_and_only_once() -> None:
    body = (
        b"<propfind xmlns='DAV:'><prop><getetag/><getetag/><x xmlns='urn:x'/><y xmlns=''/></prop>"
        b"</propfind>"
    )
    assert read_propfind(body) == AskedProperties([f"{DAV}getetag", "{urn:x}x", "y"])


@given(st.text(max_size=60), st.text(max_size=60))
@example("]]>", "\r\n<&\"'")
@example("\ufffe", "\x85")
def test_what_a_card_says_comes_out_of_the_answer_as_it_went_in(said: str, path: str) -> None:
    value = f"NOTE:{escaped(said)}\r\n"
    where = escaped(path)
    name = "{urn:any\"'<&}thing"
    answer = found(where, [f"{DAV}note", name], {f"{DAV}note": text(value)}) + not_found(where)
    whole = f"{MULTISTATUS_START}{answer}{MULTISTATUS_END}".encode()
    root = ElementTree.fromstring(whole)  # noqa: S314  # it is our own
    assert [each.text or "" for each in root.iter(f"{DAV}href")] == [where, where]
    assert [each.text for each in root.iter(f"{DAV}note")] == [value]
    assert name in {each.tag for each in root.iter()}
    assert [each.text for each in root.iter(f"{DAV}status")] == [
        "HTTP/1.1 200 OK",
        "HTTP/1.1 404 Not Found",
        "HTTP/1.1 404 Not Found",
    ]


@given(st.uuids())
def test_a_cards_address_leads_back_to_it(card_id: UUID) -> None:
    path = path_of_card(card_id)
    for said in (path, f"https://any.example{path}", path.replace("-", "%2d"), f"{path}?x=1"):
        assert place_of_href(said) == card_id
    for said in (path.upper(), f"{path}x", path.removesuffix(".vcf"), f"/x{path}"):
        assert place_of_href(said) is None


@given(st.text(max_size=80))
@example("http://[")
@example("%ff%00")
def test_any_address_is_a_place_or_none(said: str) -> None:
    assert place_of_href(said) is None or said


@pytest.mark.parametrize("place", list(Place))
def test_a_collection_is_found_with_and_without_its_last_slash(place: Place) -> None:
    assert place_of_href(place.value) is place_of_href(place.value.rstrip("/")) is place
