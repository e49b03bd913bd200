"""A badge that this instance never printed becomes one person, and its code is kept nowhere."""

import logging
import re
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from firsthand.contacts.queries import FullCard, card
from firsthand.scans.strangers import code_hint
from firsthand.tables import metadata
from tests.server.house import House, Person, tie

VCARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Wouters;Fenna;;;\r\nFN:Fenna Wouters\r\nORG:Harbour Labs\r\n"
    "TITLE:Talent lead\r\nEMAIL:fenna@harbour.example\r\nTEL:+31 6 1234567\r\n"
    "URL:https://www.linkedin.com/in/fenna-w\r\nURL:https://x.com/fenna\r\n"
    "URL:https://fenna.example/talks\r\nEND:VCARD"
)
LINKEDIN = "https://www.linkedin.com/in/fenna-w?fromQR=1"
TICKET = "abcdefgh23456789abcdefgh23456789"
DAYS = ("2024-03-05T10:42:07+01:00", "2024-03-06T10:42:07+01:00")


def scan(who: Person, code: str, at: str = DAYS[0]) -> str:
    """The contact's id."""
    contact: str = sent(who, code, at)["contact"]
    return contact


def scanned_card(who: Person, code: str) -> str:
    """What the scanner shows after it."""
    answer = who.client.get(f"/scans/{sent(who, code)['id']}/card")
    assert answer.status_code == 200
    return answer.text


def sent(who: Person, code: str, at: str = DAYS[0]) -> dict[str, Any]:
    body = {"id": str(uuid4()), "code": code, "scanned_at": at}
    answer = who.client.post("/api/v1/scans", json={"device": "phone", "scans": [body]})
    result: dict[str, Any] = answer.json()["results"][0]
    assert result["outcome"] == "recorded", result
    return result


def card_of(house: House, who: Person, contact_id: str) -> FullCard:
    return house.db.read_now(lambda s: card(s, who.id, UUID(contact_id)))


def rename(who: Person, contact_id: str, name: str) -> None:
    answer = who.client.patch(f"/people/{contact_id}", data={"name": name})
    assert answer.status_code < 400, answer.text


def people(who: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = who.client.get("/api/v1/contacts").json()["items"]
    return items


def everything(house: House) -> str:
    """Every value of every table, as text."""
    tables = metadata.sorted_tables
    return house.db.read_now(
        lambda s: "\n".join(
            str(tuple(row))
            for table in tables
            for row in s.execute(text(f'SELECT * FROM "{table.name}"'))  # noqa: S608 (our own names)
        )
    )


def file_bytes(house: House) -> bytes:
    """What lies on the disk of a SQLite database; PostgreSQL's files are its own.

    Read by another process: one that closes such a file loses the locks that SQLite has on it, and
    whoever opens the database next cuts off what the first one has mapped.
    """
    url = house.settings.database_url
    if not url.startswith("sqlite:///"):
        return b""
    file = Path(url.removeprefix("sqlite:///"))
    parts = [str(part) for part in file.parent.glob(f"{file.name}*")]
    return subprocess.run(["cat", *parts], capture_output=True, check=True).stdout


def test_a_vcard_gives_a_full_contact_with_its_ties(house: House) -> None:
    ana = house.person()
    house.ties(ana, tie("fenna"))

    found = card_of(house, ana, scan(ana, VCARD))

    person = found.card
    assert (person.name, person.headline) == ("Fenna Wouters", "Talent lead")
    assert (person.company, found.email) == ("Harbour Labs", "fenna@harbour.example")
    assert (found.phone, found.note) == ("+3161234567", "https://fenna.example/talks")
    handles = {(handle.network, handle.name) for handle in person.handles}
    assert handles == {("linkedin", "fenna-w"), ("x", "fenna")}
    assert [each.network for each in found.ties] == ["x"]
    assert person.has_tie is True


def test_an_archive_brought_after_the_scan_shows_on_the_card(house: House) -> None:
    ana = house.person()
    met = scan(ana, VCARD)

    house.ties(ana, tie("fenna"))

    assert [each.network for each in card_of(house, ana, met).ties] == ["x"]


def test_a_second_scan_of_a_card_or_of_its_profile_is_the_same_person(house: House) -> None:
    ana = house.person()

    met = [scan(ana, code) for code in (VCARD, LINKEDIN, VCARD.replace("\r\n", "\n"))]
    by_email = scan(ana, "MECARD:N:Wouters,Fenna;EMAIL:fenna@harbour.example;;")

    assert {*met, by_email} == {met[0]}
    assert len(people(ana)) == 1


def test_a_card_with_nothing_but_a_name_is_found_by_its_code(house: House) -> None:
    ana = house.person()
    card = "BEGIN:VCARD\r\nN:Wouters;Fenna\r\nEND:VCARD"

    assert scan(ana, card) == scan(ana, card.replace("\r\n", "\n"))
    assert scan(ana, "BEGIN:VCARD\r\nN:Wouters;Bas\r\nEND:VCARD") != scan(ana, card)


def test_a_profile_is_called_by_its_handle_until_a_card_tells_the_name(house: House) -> None:
    ana = house.person()

    met = scan(ana, LINKEDIN)
    assert card_of(house, ana, met).card.name == "fenna-w"
    assert scan(ana, VCARD) == met

    found = card_of(house, ana, met).card
    assert (found.name, found.company) == ("Fenna Wouters", "Harbour Labs")


def test_what_the_owner_typed_stays_when_the_card_is_scanned_again(house: House) -> None:
    ana = house.person()
    met = scan(ana, VCARD)
    rename(ana, met, "Fenna from the harbour")

    assert scan(ana, VCARD) == met
    assert card_of(house, ana, met).card.name == "Fenna from the harbour"


def test_the_page_after_a_scan_says_what_was_read_and_what_is_not_kept(house: House) -> None:
    ana = house.person()

    def shown(code: str) -> str:
        return " ".join(scanned_card(ana, code).split())

    assert "Read from the code: name, company. Nothing else" in shown("MECARD:N:Mia;ORG:Salt;;")
    assert "Read from the code: profile on LinkedIn." in shown(LINKEDIN)
    assert "may be an entry ticket" in shown(TICKET)
    [unknown] = [one["id"] for one in people(ana) if one["name"].startswith("Unknown")]
    rename(ana, unknown, "Bas Visser")
    assert "may be an entry ticket" not in shown(TICKET)
    fenna = house.attendee(house.event(ana))
    assert "Read from the code:" not in shown(fenna.code)


def test_the_scanner_gives_each_owner_the_key_of_their_own_hints(house: House) -> None:
    ana, ben = house.person(), house.person("Ben")

    keys = {
        re.findall(r'data-hint-key="(\w*)"', who.get("/scan").text)[0]
        for who in (ana.client, ben.client, house.client())
    }
    met = scan(ana, TICKET)
    own = re.findall(r'data-hint-key="(\w+)"', ana.client.get("/scan").text)[0]

    assert len(keys) == 3
    assert "" in keys
    assert card_of(house, ana, met).card.name == (
        f"Unknown, badge {code_hint(bytes.fromhex(own), TICKET)}"
    )


def test_colleagues_who_share_a_mailbox_or_a_firms_handle_stay_two_people(house: House) -> None:
    ana = house.person()
    firm = "EMAIL:{mail};URL:https\\://x.com/harbourlabs"

    by_mailbox = {
        scan(ana, f"MECARD:N:{name};EMAIL:info@harbour.example;;") for name in ("Fenna", "Bas")
    }
    by_handle = {
        scan(ana, f"MECARD:N:{name};{firm.format(mail=f'{name}@salt.example')};;")
        for name in ("Mia", "Tom")
    }

    assert len(by_mailbox) == 2
    assert len(by_handle) == 2


def test_naming_an_unknown_badge_names_all_its_meetings(house: House) -> None:
    ana = house.person()
    met = {scan(ana, TICKET, day) for day in DAYS}
    [unknown] = met
    assert card_of(house, ana, unknown).card.name.startswith("Unknown, badge ")

    rename(ana, unknown, "Fenna Wouters")

    meetings = ana.client.get("/api/v1/meetings").json()["items"]
    assert [each["contact"]["name"] for each in meetings] == ["Fenna Wouters"] * 2
    assert scan(ana, TICKET) == unknown


@pytest.mark.parametrize(
    ("code", "canary"),
    [
        ("canarycanary2345canarycanary2345", "canarycanary2345"),
        ('{"i":[2,"events.example","CANARY+TjLPRlangWKtRWCdEg=="]}', "CANARY"),
        ('{"ticket":"CANARY7","lead":"CANARY8"}', "CANARY"),
        ("0ca9a4d4-6c1e-4a53-9d7e-6a5a3d4f5b6c-17", "0ca9a4d4"),
        ("0ca9a4d4-6c1e-4a53-9d7e-6a5a3d4f5b6c/9f86d081canary", "0ca9a4d4"),
        ("A-CANARY7", "CANARY7"),
        ("https://luma.com/check-in/evt-canary?pk=g-canary", "canary"),
        ("https://conf.example/t/id/canarycanary/", "canary"),
        ("https://conf.example/t/at/canarycanary/", "canary"),
        ("https://tickets.example/users/canary", "canary"),
        ("https://app.swapcard.com/event/e/person/CanaryQ3", "Canary"),
        ("SBcanary001", "canary"),
        ("ti_canaryCANARYcanary", "canary"),
        ("771199553311", "771199553311"),
        ("a canary in words", "canary"),
        ("BEGIN:VCARD\nFN:Fenna\nEVENTYAY:canary7\nUID:canary8\nNOTE:canary9\nEND:VCARD", "canary"),
        ("MECARD:N:Fenna;UID:CANARY7;NOTE:CANARY8;;", "CANARY"),
        ("MECARD:N:Fenna;URL:https\\://conf.example/t/id/canary/?k=canary;;", "canary"),
        ("https://www.linkedin.com/in/fenna?trk=canary", "canary"),
    ],
)
def test_no_ticket_is_kept_in_the_database_the_log_or_an_answer(
    house: House, caplog: pytest.LogCaptureFixture, code: str, canary: str
) -> None:
    caplog.set_level(logging.DEBUG)
    ana = house.person()

    met = scan(ana, code)
    again = scan(ana, code, DAYS[1])
    card_text = scanned_card(ana, code)

    assert met == again
    shown = ana.client.get(f"/people/{met}").text + ana.client.get("/api/v1/me/export").text
    kept = everything(house) + caplog.text + card_text + shown
    assert canary.lower() not in kept.lower()
    assert canary.encode() not in file_bytes(house)
