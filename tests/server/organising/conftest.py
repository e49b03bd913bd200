"""A fair with an organiser, a list, and a mail server."""

import asyncio
import re
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from firsthand.attendees.models import Attendee
from firsthand.badges.models import Badge
from firsthand.events.models import Event
from firsthand.organising.list_import import ImportReport
from firsthand.organising.list_reading import read_list
from firsthand.organising.lists import import_read_list
from firsthand.organising.models import RemovalRequest
from firsthand.organising.removal_links import removal_key
from tests.mailbox import Mailbox
from tests.server.house import House, Person

LIST = (
    "name,email,headline,company,listed,ticket,x\n"
    "Priya Nair,priya@example.org,Recruiter,Harbour,yes,T-1,priya_n\n"
    "Tom Ray,tom@example.org,,,no,T-2,\n"
    "Una Old,,,,yes,,\n"
)


@dataclass
class Fair:
    house: House
    olga: Person
    event: Event
    mailbox: Mailbox

    def bring(self, csv: str = LIST) -> ImportReport:
        key = removal_key(self.house.settings.code_secret)
        read = read_list(csv.encode())
        report = self.house.db.write_now(import_read_list, self.event.id, read, None, key)
        self.house.settle()
        return report

    def invite(self) -> None:
        answer = self.olga.client.post("/organise/seaside/invitations")
        assert answer.status_code == 303, answer.text

    def send(self) -> None:
        asyncio.run(self.house.app.state.sender.send_what_is_due())

    def mails_to(self, address: str) -> list[str]:
        found = [mail for mail in self.mailbox.messages if mail["To"] == address]
        return [mail.get_content() for mail in found]

    def names(self) -> set[str]:
        stmt = select(Attendee.name).where(Attendee.event_id == self.event.id)
        return set(self.house.db.read_now(lambda session: session.scalars(stmt).all()))

    def token(self, name: str) -> str:
        stmt = (
            select(Badge.token)
            .join(Attendee, Attendee.id == Badge.attendee_id)
            .where(Attendee.name == name)
        )
        return self.house.db.read_now(lambda session: session.scalars(stmt).one())

    def token_at(self, event: Event) -> str:
        """Of the badge of the only attendee there."""
        stmt = select(Badge.token).where(Badge.event_id == event.id, Badge.revoked_at.is_(None))
        return self.house.db.read_now(lambda session: session.scalars(stmt).one())

    def link(self, address: str) -> str:
        (text,) = self.mails_to(address)
        found = re.search(r"/removal/\S+", text)
        assert found
        return found.group()

    def requests(self) -> int:
        return len(
            self.house.db.read_now(lambda session: session.scalars(select(RemovalRequest)).all())
        )


@pytest.fixture
def fair(post_office: House, mailbox: Mailbox) -> Fair:
    olga = post_office.person("Olga Organiser")
    fair = Fair(post_office, olga, post_office.event(olga, timezone="UTC"), mailbox)
    fair.bring()
    return fair
