"""Somebody with an address book, and what a phone asks of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from uuid import UUID
from xml.etree import ElementTree

import httpx
import pytest

from firsthand.contacts.editing import CardEdit, edit_card
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from tests.server.house import House, Person

DAV = "{DAV:}"
CARDDAV = "{urn:ietf:params:xml:ns:carddav}"
BOOK = "/carddav/books/firsthand/"
_SPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav" xmlns:S="http://calendarserver.org/ns/"'


def password_for(person: Person, name: str = "") -> str:
    """As the page tells it."""
    page = person.client.post("/me/address-books", data={"book_name": name})
    assert page.status_code == 200, page.text
    assert 'value="http://127.0.0.1:8000/carddav/"' in unescape(page.text)
    assert f'value="{person.email}"' in unescape(page.text)
    found = re.search(r'value="(fh_[^"]+)"', page.text)
    assert found
    return found[1]


def asks(*properties: str) -> str:
    """The body of a PROPFIND."""
    listed = "".join(f"<{name}/>" for name in properties)
    return f"<D:propfind {_SPACES}><D:prop>{listed}</D:prop></D:propfind>"


def multiget(*hrefs: str, version: str = "3.0") -> str:
    listed = "".join(f"<D:href>{href}</D:href>" for href in hrefs)
    data = f'<C:address-data content-type="text/vcard" version="{version}"/>'
    return (
        f"<C:addressbook-multiget {_SPACES}><D:prop><D:getetag/>{data}</D:prop>{listed}"
        "</C:addressbook-multiget>"
    )


def query(inner: str = "<C:filter/>") -> str:
    return (
        f"<C:addressbook-query {_SPACES}><D:prop><D:getetag/><C:address-data/></D:prop>{inner}"
        "</C:addressbook-query>"
    )


@dataclass(frozen=True)
class Phone:
    """A program without cookies that knows an address and a password."""

    client: httpx.Client
    user: str
    password: str

    def ask(
        self, method: str, path: str = BOOK, body: str | bytes = b"", **headers: str
    ) -> httpx.Response:
        return self.client.request(
            method, path, content=body, headers=headers, auth=(self.user, self.password)
        )

    def propfind(
        self, path: str, *properties: str, depth: str = "0"
    ) -> dict[str, ElementTree.Element]:
        """By address: the properties that are there."""
        return self.multistatus(self.ask("PROPFIND", path, asks(*properties), Depth=depth))

    def report(self, body: str) -> dict[str, ElementTree.Element]:
        return self.multistatus(self.ask("REPORT", BOOK, body, Depth="1"))

    def multistatus(self, answer: httpx.Response) -> dict[str, ElementTree.Element]:
        assert answer.status_code == 207, answer.text
        found = {}
        root = ElementTree.fromstring(answer.content)  # noqa: S314  # it is our own
        for response in root.iter(f"{DAV}response"):
            href = response.findtext(f"{DAV}href") or ""
            for part in response.iter(f"{DAV}propstat"):
                properties = part.find(f"{DAV}prop")
                if "200" in (part.findtext(f"{DAV}status") or "") and properties is not None:
                    found[href] = properties
        return found

    def cards(self, body: str = "") -> list[str]:
        found = self.report(body or query())
        return [each.findtext(f"{CARDDAV}address-data") or "" for each in found.values()]

    def ctag(self) -> str:
        (found,) = self.propfind(BOOK, "S:getctag").values()
        return found.findtext("{http://calendarserver.org/ns/}getctag") or ""

    def etags(self) -> dict[str, str]:
        found = self.propfind(BOOK, "D:getetag", depth="1")
        return {
            path: each.findtext(f"{DAV}getetag") or "" for path, each in found.items() if len(each)
        }


def phone_of(house: House, person: Person) -> Phone:
    return Phone(house.client(), person.email, password_for(person))


def meet(house: House, person: Person, names: Sequence[str], **card: str) -> list[UUID]:
    """The ids of their cards."""

    def keep(name: str) -> UUID:
        house.db.write_now(keep_meeting, person.id, MeetingDraft(name="Somebody"))
        newest = person.client.get("/api/v1/contacts?limit=1").json()["items"][0]
        contact = UUID(newest["id"])
        house.db.write_now(edit_card, person.id, contact, CardEdit(name=name, **card))
        return contact

    return [keep(name) for name in names]


@pytest.fixture
def ana(house: House) -> Person:
    return house.person()


@pytest.fixture
def phone(house: House, ana: Person) -> Phone:
    return phone_of(house, ana)
