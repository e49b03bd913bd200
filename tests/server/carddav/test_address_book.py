"""The address book: found from the server's name alone, read whole or in part, never changed."""

from collections.abc import Sequence
from uuid import UUID

import pytest
import vobject

from firsthand.contacts.editing import CardEdit, edit_card
from firsthand.scans.editing import undo_meeting
from tests.server.carddav.conftest import (
    BOOK,
    CARDDAV,
    DAV,
    Phone,
    asks,
    meet,
    multiget,
    phone_of,
    query,
)
from tests.server.house import House, Person, tie

SEARCH = "<C:filter test='{test}'>{tests}</C:filter>"
NAMED = "<C:prop-filter name='{name}'>{inner}</C:prop-filter>"


def names(cards: Sequence[str]) -> list[str]:
    return sorted(vobject.readOne(card).fn.value for card in cards)


def searched(name: str, inner: str = "", test: str = "anyof") -> str:
    return query(SEARCH.format(test=test, tests=NAMED.format(name=name, inner=inner)))


def test_the_way_from_the_servers_name_to_the_book(phone: Phone) -> None:
    well_known = phone.ask("PROPFIND", "/.well-known/carddav")
    assert well_known.status_code == 301
    start = well_known.headers["location"].removeprefix("http://127.0.0.1:8000")

    def href(path: str, prefix: str, space: str, name: str) -> str:
        (found,) = phone.propfind(path, f"{prefix}:{name}").values()
        return found.findtext(f"{space}{name}/{DAV}href") or ""

    principal = href(start, "D", DAV, "current-user-principal")
    home = href(principal, "C", CARDDAV, "addressbook-home-set")
    found = phone.propfind(home, "D:resourcetype", "D:displayname", depth="1")
    books = [
        path for path, has in found.items() if has.find(f".//{CARDDAV}addressbook") is not None
    ]
    assert books == [BOOK]
    assert found[BOOK].findtext(f"{DAV}displayname") == "Firsthand"


def test_only_who_was_met_is_in_it(house: House, ana: Person, phone: Phone) -> None:
    event = house.event(ana)
    fenna = house.attendee(event, "Fenna Wouters", handles=[("x", "@fenna")])
    house.attendee(event, "Never Met", handles=[("x", "@never")])
    house.ties(ana, tie("never"), tie("fenna"))
    house.scan(ana, fenna, event=event.slug)
    (card,) = phone.cards()
    read = vobject.readOne(card)
    assert read.fn.value == "Fenna Wouters"
    assert read.contents["x-socialprofile"][0].value == "https://x.com/fenna"
    contact = ana.client.get("/api/v1/contacts?q=Fenna").json()["items"][0]["id"]
    assert list(phone.etags()) == [f"{BOOK}{contact}.vcf"]


def test_whose_meeting_was_undone_is_in_it_no_longer(
    house: House, ana: Person, phone: Phone
) -> None:
    """Though the card that was typed stays among the people."""
    meet(house, ana, ["Fenna Wouters", "Ben Carter"])
    meeting = next(
        item["id"]
        for item in ana.client.get("/api/v1/meetings").json()["items"]
        if item["contact"]["name"] == "Ben Carter"
    )
    house.db.write_now(undo_meeting, ana.id, UUID(meeting))
    people = ana.client.get("/api/v1/contacts").json()["items"]
    assert {each["name"] for each in people} == {"Fenna Wouters", "Ben Carter"}
    assert len(phone.etags()) == 1


def test_a_card_is_read_in_version_3_and_in_4_if_asked(
    house: House, ana: Person, phone: Phone
) -> None:
    (contact,) = meet(house, ana, ["Zoë; van, Dijk\\"], note="first\nsecond")
    path = f"{BOOK}{contact}.vcf"
    old = phone.ask("GET", path)
    new = phone.ask("GET", path, Accept="text/vcard; version=4.0")
    for answer, version in ((old, "3.0"), (new, "4.0")):
        assert answer.headers["content-type"].startswith("text/vcard")
        read = vobject.readOne(answer.text)
        assert read.version.value == version
        assert read.fn.value == "Zoë; van, Dijk\\"
        assert read.note.value == "first\nsecond"
        assert phone.cards(multiget(path, version=version)) == [answer.text]
    assert old.headers["etag"] == phone.etags()[path]
    head = phone.ask("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == "text/vcard; charset=utf-8; version=3.0"
    assert head.headers["content-length"] == str(len(old.content))
    assert "4.0" in phone.ask("PROPFIND", BOOK, asks("C:supported-address-data"), Depth="0").text


def test_a_change_shows_in_the_cards_tag_and_in_the_books(
    house: House, ana: Person, phone: Phone
) -> None:
    one, other = meet(house, ana, ["Fenna", "Bela"])
    etags, ctag = phone.etags(), phone.ctag()
    assert (phone.etags(), phone.ctag()) == (etags, ctag)
    house.db.write_now(edit_card, ana.id, one, CardEdit(note="likes tea"))
    changed = phone.etags()
    assert changed[f"{BOOK}{one}.vcf"] != etags[f"{BOOK}{one}.vcf"]
    assert changed[f"{BOOK}{other}.vcf"] == etags[f"{BOOK}{other}.vcf"]
    assert phone.ctag() != ctag


def test_what_the_other_person_says_of_themselves_shows_as_well(
    house: House, ana: Person, phone: Phone
) -> None:
    fenna = house.person("Fenna Wouters")
    event = house.event(ana)
    house.scan(ana, house.attendee(event, fenna), event=event.slug)
    before = phone.ctag()
    changed = fenna.client.patch("/api/v1/me", json={"name": "Fenna de Wit"})
    assert changed.status_code == 200, changed.text
    assert phone.ctag() != before
    assert names(phone.cards()) == ["Fenna de Wit"]


def test_cards_are_named_one_by_one_and_those_that_are_not_there_are_said(
    house: House, ana: Person, phone: Phone
) -> None:
    contact, _ = meet(house, ana, ["Fenna", "Bela"])
    nobody = f"{BOOK}00000000-0000-4000-8000-000000000000.vcf"
    whole = f"http://127.0.0.1:8000{BOOK}{contact}.vcf".replace("-", "%2D")
    body = multiget(whole, nobody, "/people", "nonsense&lt;", "http://[")
    assert names(phone.cards(body)) == ["Fenna"]
    answer = phone.ask("REPORT", BOOK, body)
    assert answer.text.count("404 Not Found") == 4
    assert "nonsense&lt;" in answer.text


def test_somebody_elses_card_is_not_there(house: House, ana: Person, phone: Phone) -> None:
    bela = house.person("Bela Lima")
    (contact,) = meet(house, bela, ["Secret Friend"])
    path = f"{BOOK}{contact}.vcf"
    for method in ("GET", "HEAD", "PROPFIND"):
        assert phone.ask(method, path, Depth="0").status_code == 404
    named = phone.ask("REPORT", BOOK, multiget(path))
    assert "404 Not Found" in named.text
    assert "Secret" not in named.text + "".join(phone.cards())
    assert names(phone_of(house, bela).cards()) == ["Secret Friend"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (query(), ["Fenna Wouters", "Bela Lima"]),
        (query(""), ["Fenna Wouters", "Bela Lima"]),
        (searched("FN"), ["Fenna Wouters", "Bela Lima"]),
        (searched("FN", "<C:text-match>fenna</C:text-match>"), ["Fenna Wouters"]),
        (searched("item1.fn", "<C:text-match match-type='ends-with'>LIMA</C:text-match>"),
         ["Bela Lima"]),
        (searched("EMAIL", "<C:text-match collation='i;octet'>EXAMPLE</C:text-match>"), []),
        (searched("NICKNAME"), []),
        (searched("NICKNAME", "<C:is-not-defined/>"), ["Fenna Wouters", "Bela Lima"]),
        (searched("FN", "<C:text-match negate-condition='yes'>fenna</C:text-match>"),
         ["Bela Lima"]),
        (query(SEARCH.format(test="allof", tests=NAMED.format(
            name="FN", inner="<C:text-match>a</C:text-match>") + NAMED.format(
            name="EMAIL", inner="<C:text-match match-type='equals'>a@example.org</C:text-match>"))),
         ["Fenna Wouters", "Bela Lima"]),
    ],
)  # fmt: skip
def test_a_query_finds_who_fits_its_filter(
    house: House, ana: Person, phone: Phone, body: str, found: list[str]
) -> None:
    meet(house, ana, ["Fenna Wouters", "Bela Lima"], email="a@example.org")
    assert names(phone.cards(body)) == sorted(found)


@pytest.mark.parametrize(
    ("body", "condition"),
    [
        (searched("FN", "<C:param-filter name='TYPE'/>"), "supported-filter"),
        (query("<C:filter><D:or/></C:filter>"), "supported-filter"),
        (searched("FN", "<C:text-match match-type='sounds-like'>x</C:text-match>"),
         "supported-filter"),
        (searched("FN", "<C:text-match collation='i;tamil'>x</C:text-match>"),
         "supported-collation"),
        (multiget(BOOK, version="2.1"), "supported-address-data"),
        ("<D:sync-collection xmlns:D='DAV:'/>", "supported-report"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_said_by_its_name(
    phone: Phone, body: str, condition: str
) -> None:
    answer = phone.ask("REPORT", BOOK, body)
    assert answer.status_code == 403
    assert f":{condition}/>" in answer.text


def test_a_query_with_a_limit_says_that_there_are_more(
    house: House, ana: Person, phone: Phone
) -> None:
    meet(house, ana, ["A", "B", "C"])
    limited = query("<C:filter/><C:limit><C:nresults>2</C:nresults></C:limit>")
    answer = phone.ask("REPORT", BOOK, limited)
    assert answer.text.count("BEGIN:VCARD") == 2
    assert "507 Insufficient Storage" in answer.text
    assert phone.ask("REPORT", BOOK, limited.replace(">2<", ">-2<")).status_code == 400


def test_all_and_the_names_alone_can_be_asked_for(phone: Phone) -> None:
    everything = phone.ask("PROPFIND", BOOK, "", Depth="0").text
    assert "C:addressbook/" in everything
    assert "getctag" not in everything
    named = phone.ask(
        "PROPFIND", BOOK, "<D:propfind xmlns:D='DAV:'><D:propname/></D:propfind>", Depth="0"
    ).text
    assert "<S:getctag/>" in named


def test_an_unknown_property_comes_back_as_not_there(phone: Phone) -> None:
    body = (
        "<propfind xmlns='DAV:'><prop><x xmlns='urn:a&amp;b&quot;&lt;'/><y xmlns=''/><getetag/>"
        "</prop></propfind>"
    )
    answer = phone.ask("PROPFIND", "/carddav", body, Depth="0")
    assert phone.multistatus(answer) == {}
    assert "404 Not Found" in answer.text


@pytest.mark.parametrize("depth", [{}, {"Depth": "infinity"}, {"Depth": "2"}])
def test_a_whole_tree_is_not_told_at_once(phone: Phone, depth: dict[str, str]) -> None:
    answer = phone.ask("PROPFIND", BOOK, asks("D:getetag"), **depth)
    assert answer.status_code == 403
    assert "propfind-finite-depth" in answer.text


@pytest.mark.parametrize(
    "method",
    ["PUT", "DELETE", "PROPPATCH", "MKCOL", "MOVE", "COPY", "LOCK", "POST", "PATCH", "ACL", "X-Y"],
)
def test_nothing_can_be_changed(house: House, ana: Person, phone: Phone, method: str) -> None:
    (contact,) = meet(house, ana, ["Fenna"])
    for path in (BOOK, f"{BOOK}{contact}.vcf", f"{BOOK}new.vcf"):
        answer = phone.ask(method, path, "BEGIN:VCARD")
        assert answer.status_code == 403
        assert "<D:need-privileges/>" in answer.text
    assert names(phone.cards()) == ["Fenna"]


def test_options_say_that_it_is_an_address_book(phone: Phone) -> None:
    answer = phone.ask("OPTIONS")
    assert "addressbook" in answer.headers["dav"]
    assert "REPORT" in answer.headers["allow"]
    assert phone.ask("GET").status_code == 405


def test_more_cards_than_are_read_at_a_time(
    house: House, ana: Person, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firsthand.carddav.cards.AT_A_TIME", 2)
    contacts = meet(house, ana, ["A", "B", "C", "D", "E"])
    assert set(phone.etags()) == {f"{BOOK}{contact}.vcf" for contact in contacts}
    assert names(phone.cards()) == ["A", "B", "C", "D", "E"]
