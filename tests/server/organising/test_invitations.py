"""To whom of a list the one mail goes, and what it says."""

import pytest
from sqlalchemy import select, update

from firsthand.attendees.membership import claim_by_email
from firsthand.attendees.models import Attendee
from firsthand.db import table_of
from firsthand.reminders.models import Delivery, DeliveryState
from tests.server.house import Person
from tests.server.organising.conftest import Fair

PRIYA, TOM = "priya@example.org", "tom@example.org"


def inland(fair: Fair, organiser: Person, **people: str) -> None:
    """Another event of the organiser's, with these people by their addresses."""
    event = fair.house.event(organiser, "inland", "Recruiters Inland")
    for name, email in people.items():
        fair.house.attendee(event, name, email=email)


def sent(fair: Fair, who: Person, slug: str = "seaside") -> int:
    """How many mails went to those on its list."""
    answer = who.client.post(f"/organise/{slug}/invitations")
    fair.send()
    return int(answer.headers["location"].partition("?sent=")[2])


def waiting(fair: Fair) -> str:
    return fair.olga.client.get("/organise/seaside/invitations").text


def claim(fair: Fair, ticket: str, by: Person) -> None:
    claimed = update(Attendee).where(Attendee.ticket == ticket).values(account_id=by.id)
    fair.house.db.write_now(lambda session: session.execute(claimed))


def test_the_list_of_another_event_is_not_written_to(fair: Fair) -> None:
    inland(fair, fair.olga, Zoe="zoe@example.org")
    assert "Send 2 invitations" in waiting(fair)
    assert sent(fair, fair.olga) == 2
    assert fair.mails_to("zoe@example.org") == []
    assert "Nobody on the list waits" in waiting(fair)
    assert sent(fair, fair.olga, "inland") == 1


def test_who_has_chosen_here_is_not_counted(fair: Fair) -> None:
    priya = fair.house.person("Priya", PRIYA)
    fair.house.db.write_now(claim_by_email, priya.id)
    assert "Send 2 invitations" in waiting(fair)
    priya.client.put("/me/events/seaside/listing", data={"listed": "yes"})
    assert "Send 1 invitation<" in waiting(fair)
    assert sent(fair, fair.olga) == 1


def test_it_names_those_of_its_address_who_wait_at_this_event(fair: Fair) -> None:
    fair.bring("name,email,ticket\nAnn,buyer@example.org,B-1\nBob,buyer@example.org,B-2\n")
    claim(fair, "B-1", fair.house.person("Ann"))
    inland(fair, fair.house.person("Otto"), Bobby="buyer@example.org")
    sent(fair, fair.olga)
    (text,) = fair.mails_to("buyer@example.org")
    assert "Bob" in text
    for other in ("Ann", "Bobby", "Priya", "Tom"):
        assert other not in text


def test_its_link_removes_at_its_own_event(fair: Fair) -> None:
    inland(fair, fair.house.person("Otto"), Priyanka=PRIYA)
    sent(fair, fair.olga)
    link = fair.link(PRIYA)
    page = fair.house.client().get(link).text
    assert "Priya Nair" in page
    assert "Priyanka" not in page
    fair.house.client().post(link)
    names = set(fair.house.db.read_now(lambda session: session.scalars(select(Attendee.name))))
    assert "Priya Nair" not in names
    assert "Priyanka" in names


def test_it_names_the_organiser_of_its_event(fair: Fair) -> None:
    """Not who helps there, nor who organises another."""
    otto = fair.house.person("Otto Inland")
    inland(fair, otto, Zoe="zoe@example.org")
    otto.client.post("/organise/inland/staff", data={"email": fair.olga.email})
    sent(fair, fair.olga, "inland")
    (text,) = fair.mails_to("zoe@example.org")
    assert "Otto Inland" in text
    assert "Olga" not in text


def test_an_organiser_without_a_name_is_named_by_the_address(fair: Fair) -> None:
    nameless = fair.house.person("")
    inland(fair, nameless, Zoe="zoe@example.org")
    sent(fair, nameless, "inland")
    assert nameless.email in fair.mails_to("zoe@example.org")[0]


def test_who_helps_sends_them_also_once_the_organiser_has_left(fair: Fair) -> None:
    helper = fair.house.person("Helper")
    fair.olga.client.post("/organise/seaside/staff", data={"email": helper.email})
    fair.olga.client.request("DELETE", "/api/v1/me")
    assert sent(fair, helper) == 2
    assert "The organiser" in fair.mails_to(TOM)[0]


def test_one_that_no_badge_asked_for_speaks_of_none(fair: Fair) -> None:
    sent(fair, fair.olga)
    assert "holds a badge" not in fair.mails_to(TOM)[0]


@pytest.mark.parametrize("gone", ["removed", "claimed", "another address"])
def test_what_has_changed_before_it_goes_out_counts(fair: Fair, gone: str) -> None:
    fair.olga.client.post("/organise/seaside/invitations")
    if gone == "removed":
        removed = table_of(Attendee).delete().where(Attendee.ticket == "T-1")
        fair.house.db.write_now(lambda session: session.execute(removed))
    elif gone == "claimed":
        claim(fair, "T-1", fair.house.person("Priya", "priya@private.example"))
    else:
        fair.bring("name,email,ticket\nPriya Nair,new@example.org,T-1\n")
    fair.send()
    assert [str(mail["To"]) for mail in fair.mailbox.messages] == [TOM]
    states = select(Delivery.state)
    done = set(fair.house.db.read_now(lambda session: session.scalars(states)))
    assert done == {DeliveryState.SENT}, "there is nothing to try again"
