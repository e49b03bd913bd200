"""The sentence of the recap is right, counted again by hand from who was put there."""

import re
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.contacts.models import Contact
from firsthand.db import now
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from firsthand.unmet.recap import recap
from firsthand.unmet.sentence import sentence
from tests.server.house import House, tie


def words(*counts: int, many: bool = False) -> str:
    return "".join(text for text, _ in sentence(*counts, many=many))


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((23, 9, 14), "You came knowing 23 people online. You met 9 of them, and 14 more."),
        ((23, 9, 0), "You came knowing 23 people online. You met 9 of them."),
        ((1, 0, 1), "You came knowing 1 person online. You met none of them, and 1 other."),
        ((0, 0, 2), "You came knowing nobody online. You met 2 people."),
        ((5, 0, 0), "You came knowing 5 people online. You have met nobody here yet."),
        ((1200, 40, 3), "You came knowing 1,200 people online. You met 40 of them, and 3 more."),
    ],
)
def test_it_reads_well(counts: tuple[int, int, int], said: str) -> None:
    assert words(*counts) == said


def test_it_counts_each_human_once_however_they_are_known(house: House) -> None:
    """Known and here: by a list's handle (met, not met, met elsewhere), an account, a tie."""
    ana = house.person("Ana Oliveira")
    event, other = house.event(ana), house.event(ana, "other", "Another")
    house.attendee(event, ana)
    house.attendee(other, ana)
    cem = house.person("Cem Kaya")
    known_met = [
        house.attendee(event, "Ben", handles=[("x", "ben")]),
        house.attendee(event, cem, handles=[("x", "cem")]),
        # Known, met here, but shows that to nobody here: counted all the same, once.
        house.attendee(event, "Hidden Hanna", handles=[("x", "hanna")], listed=False),
    ]
    strangers = [house.attendee(event, name) for name in ("Dia", "Eli")]
    house.attendee(event, "Known, not met", handles=[("x", "kerry")])
    elsewhere = house.attendee(event, "Met elsewhere", handles=[("x", "gus")])
    house.ties(ana, *(tie(name) for name in ("ben", "cem", "kerry", "gus", "hanna", "nobodyhere")))
    for worn in (*known_met, *strangers):
        house.scan(ana, worn, scanned_at=now().isoformat())
    house.scan(ana, known_met[0], scanned_at=now().isoformat())
    made = house.db.write_now(keep_meeting, ana.id, MeetingDraft(attendee=elsewhere.id))
    assert made
    mark_known(house, ana.id, "Hidden Hanna")
    found = house.db.read_now(recap, ana.id, event.slug, now())
    in_person = {"Ben", "Cem Kaya", "Hidden Hanna", "Dia", "Eli", "Met elsewhere"}
    assert {row.contact_name for row in found.met} <= in_person
    online = {"Ben", "Cem Kaya", "Hidden Hanna", "Known, not met", "Met elsewhere"}
    here = {row.contact_name for row in found.met}
    expected = words(len(online), len(here & online), len(here - online))
    assert "".join(text for text, _ in found.sentence) == expected
    page = re.sub("<[^>]*>", "", ana.client.get("/events/seaside/recap").text)
    assert expected in " ".join(page.split())


def mark_known(house: House, owner_id: UUID, name: str) -> None:
    """As where the tie is on the card, though its attendee shows the handle to nobody."""

    def mark(session: Session) -> None:
        for contact in session.query(Contact).filter_by(owner_id=owner_id):
            if contact.attendee_id and contact.stage == "met" and not contact.has_tie:
                attendee = session.get(Attendee, contact.attendee_id)
                assert attendee
                contact.has_tie = attendee.name == name

    house.db.write_now(mark)
