"""vdirsyncer, a CardDAV client that others wrote, follows the address book of a running server."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import vobject
from sqlalchemy import update

from firsthand.accounts.tokens import add_address_book, tokens_of
from firsthand.contacts.editing import CardEdit, edit_card
from firsthand.contacts.models import Contact
from tests.live import free_port, running_server
from tests.server.carddav.conftest import meet
from tests.server.house import House, Person

NAMES = [
    "Semi; Colon, Comma\\ Backslash",
    "👩🏽‍💻 Ada 🏳️‍🌈",
    "فاطمة الزهراء",
    "דנה כהן",
    "山田太郎",
    "=HYPERLINK(1)",
    "Zoë " * 25 + "Long",
]
# Nobody can type this; a row that an older version wrote may still hold it.
HOSTILE = "a\r\nEND:VCARD\x01\x1b[31m\x7f\x85b\u2028c;\ufffe <]]>&amp; \u202ed"
NOTE = "first line\nsecond; line, with \\n in it\nغزل 🙂"
_CONFIG = """
[general]
status_path = "{folder}/status/"
[pair people]
a = "phone"
b = "firsthand"
collections = ["from b"]
conflict_resolution = "b wins"
[storage phone]
type = "filesystem"
path = "{folder}/phone/"
fileext = ".vcf"
[storage firsthand]
type = "carddav"
url = "{url}"
username = "{user}"
password = "{password}"
{more}
"""


@dataclass(frozen=True)
class Phone:
    """vdirsyncer with a folder of cards."""

    folder: Path

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "vdirsyncer", "--config", str(self.folder / "config")]
        return subprocess.run(
            # It asks whether to make the folder for the address book.
            [*command, *words], input="y\n" * 9, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip

    def sync(self) -> None:
        done = self.run("sync")
        assert done.returncode == 0, done.stderr

    def cards(self) -> dict[str, vobject.base.Component]:
        """By name."""
        files = (self.folder / "phone/firsthand").glob("*.vcf")
        # As bytes lie there: newline handling is a part of what is read.
        cards = [vobject.readOne(file.read_bytes().decode()) for file in files]
        return {card.fn.value: card for card in cards}


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    house = House(database_url)
    yield house
    house.close()


@pytest.fixture
def server(house: House, database_url: str) -> Iterator[str]:
    port = free_port()
    with running_server(database_url, port):
        yield f"http://127.0.0.1:{port}"


def phone_of(
    house: House, ana: Person, url: str, folder: Path, more: str = "read_only = true"
) -> Phone:
    password = house.db.write_now(add_address_book, ana.id, "A phone")
    config = _CONFIG.format(folder=folder, url=url, user=ana.email, password=password, more=more)
    (folder / "config").write_text(config)
    return Phone(folder)


@pytest.mark.parametrize("newer", [False, True], ids=["vcard-3", "vcard-4"])
def test_a_real_client_finds_the_book_and_keeps_every_card(
    house: House, server: str, tmp_path: Path, newer: bool
) -> None:
    ana = house.person()
    ids = meet(house, ana, NAMES, note=NOTE, email="a@example.org")
    # As somebody's address book may have it.
    bring = update(Contact).where(Contact.owner_id == ana.id).values(phone="+31 6 12; 34")
    house.db.write_now(lambda session: session.execute(bring))
    house.db.write_now(
        lambda session: session.execute(
            update(Contact)
            .where(Contact.owner_id == ana.id, Contact.id == ids[-1])
            .values(name=HOSTILE)
        )
    )
    # From the server's bare name, as one types it into a phone.
    more = f"read_only = true\nuse_vcard_4 = {str(newer).lower()}"
    phone = phone_of(house, ana, f"{server}/", tmp_path, more)
    found = phone.run("discover", "people")
    assert found.returncode == 0, found.stderr
    assert "firsthand" in found.stdout + found.stderr
    phone.sync()
    cards = phone.cards()
    shown = "a\nEND:VCARD[31m\nb\nc; <]]>&amp; \u202ed"
    assert set(cards) == {*NAMES[:-1], shown}
    for name, card in cards.items():
        assert card.version.value == ("4.0" if newer else "3.0")
        assert card.note.value == NOTE
        assert card.email.value == "a@example.org"
        assert card.tel.value == "+31 6 12; 34"
        if not newer:
            assert f"{card.n.value.given} {card.n.value.family}".strip() == name

    house.db.write_now(edit_card, ana.id, ids[0], CardEdit(name="Renamed"))
    meet(house, ana, ["Newly Met"])
    for meeting in ana.client.get("/api/v1/meetings?limit=100").json()["items"]:
        if meeting["contact"]["id"] == str(ids[1]):
            where = f"/people/{ids[1]}/meetings/{meeting['id']}/retraction"
            ana.client.put(where)
    phone.sync()
    now = set(phone.cards())
    assert {"Renamed", "Newly Met"} <= now
    assert NAMES[0] not in now
    assert NAMES[1] not in now


def test_a_real_client_is_refused_with_a_wrong_or_a_revoked_password(
    house: House, server: str, tmp_path: Path
) -> None:
    ana = house.person()
    meet(house, ana, ["Fenna"])
    phone = phone_of(house, ana, f"{server}/carddav/", tmp_path)
    config = phone.folder / "config"
    right = config.read_text()
    config.write_text(right.replace("fh_", "fh_x"))
    refused = phone.run("discover", "people")
    assert refused.returncode != 0
    assert "401" in refused.stderr
    config.write_text(right)
    assert phone.run("discover", "people").returncode == 0
    phone.sync()
    assert set(phone.cards()) == {"Fenna"}

    newest, *_ = house.db.read_now(tokens_of, ana.id)
    session = {house.settings.session_cookie: ana.client.cookies[house.settings.session_cookie]}
    revoked = httpx.delete(f"{server}/me/tokens/{newest.number}", cookies=session)
    assert revoked.status_code == 303
    refused = phone.run("sync")
    assert refused.returncode != 0
    assert "401" in refused.stderr
    assert set(phone.cards()) == {"Fenna"}


def test_what_a_real_client_changes_does_not_come_here(
    house: House, server: str, tmp_path: Path
) -> None:
    ana = house.person()
    meet(house, ana, ["Fenna"])
    phone = phone_of(house, ana, f"{server}/carddav/", tmp_path, more="read_only = false")
    assert phone.run("discover", "people").returncode == 0
    phone.sync()
    (file,) = (phone.folder / "phone/firsthand").glob("*.vcf")
    file.write_bytes(file.read_bytes().replace(b"FN:Fenna", b"FN:Changed"))
    refused = phone.run("sync")
    assert "403" in refused.stderr
    answer = httpx.get(f"{server}/api/v1/contacts", headers=ana.bearer)
    assert [item["name"] for item in answer.json()["items"]] == ["Fenna"]
