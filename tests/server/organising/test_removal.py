"""One mail to who never signed up, and never to be on the list again for who asks."""

import asyncio
import re

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.contacts.models import Contact
from firsthand.db import now, table_of
from firsthand.organising.list_reading import read_list
from firsthand.organising.lists import import_read_list
from firsthand.organising.models import Removal
from firsthand.problems import Invalid
from firsthand.reminders.models import Delivery
from firsthand.tables import metadata
from tests.server.house import House
from tests.server.organising.conftest import LIST, Fair


def test_each_address_gets_one_mail_that_says_who_gave_it_and_what_is_shown(fair: Fair) -> None:
    fair.invite()
    fair.send()
    (text,) = fair.mails_to("priya@example.org")
    for said in ("Olga Organiser", "Recruiters by the Sea", "Recruiter, Harbour", "priya_n"):
        assert said in text
    assert "/sign-in?next=/me" in text
    assert len(fair.mailbox.messages) == 2


def test_never_a_second_one_however_often_it_is_asked_for_or_the_list_comes_again(
    fair: Fair,
) -> None:
    fair.invite()
    fair.send()
    fair.invite()
    # The organiser takes her off and brings the list again: another row, the same address.
    fair.house.db.write_now(lambda session: session.execute(table_of(Attendee).delete()))
    fair.house.db.write_now(lambda session: session.execute(table_of(Delivery).delete()))
    fair.bring()
    fair.invite()
    fair.house.client().post(f"/b/{fair.token('Priya Nair')}/removal")
    fair.send()
    assert len(fair.mails_to("priya@example.org")) == 1


def test_one_buyer_of_many_tickets_gets_one_mail_that_names_them_all(fair: Fair) -> None:
    fair.bring("name,email,ticket\nAnn,buyer@example.org,B-1\nBob,buyer@example.org,B-2\n")
    fair.invite()
    fair.send()
    (text,) = fair.mails_to("buyer@example.org")
    assert "Ann" in text
    assert "Bob" in text


def test_a_list_of_several_portions_is_written_to_once_each(fair: Fair) -> None:
    """The buyer stands at its beginning and at its end."""
    people = [f"Guest {n},guest{n}@example.org,G-{n}" for n in range(1, 510)]
    buyer = "Ann,buyer@example.org,B-{}"
    fair.bring("\n".join(["name,email,ticket", buyer.format(1), *people, buyer.format(2)]))
    sent = fair.olga.client.post("/organise/seaside/invitations").headers["location"]
    assert sent.endswith("?sent=512")
    queued = select(Delivery.key).where(Delivery.key.startswith("invitation"))
    keys = fair.house.db.read_now(lambda session: session.scalars(queued).all())
    assert (len(keys), len(set(keys))) == (512, 512)
    sent = fair.olga.client.post("/organise/seaside/invitations").headers["location"]
    assert sent.endswith("?sent=0")


def test_who_has_an_account_gets_none(fair: Fair) -> None:
    fair.house.person("Priya", "priya@example.org")
    fair.invite()
    fair.send()
    assert fair.mails_to("priya@example.org") == []


def test_who_signs_up_before_it_goes_out_gets_none(fair: Fair) -> None:
    fair.invite()
    priya = fair.house.person("Priya", "priya@example.org")
    claimed = update(Attendee).where(Attendee.ticket == "T-1").values(account_id=priya.id)
    fair.house.db.write_now(lambda session: session.execute(claimed))
    fair.send()
    assert fair.mails_to("priya@example.org") == []


def test_an_address_that_takes_no_mail_is_no_problem_of_the_organisers(fair: Fair) -> None:
    fair.bring("name,email\nGone Girl,nobody@example.org\n")
    wish = {"digest": "daily", "by_mail": "yes", "timezone": "UTC", "hour": "8", "weekday": "0",
            "quiet_from": "1", "quiet_until": "1"}  # fmt: skip
    fair.olga.client.put("/me/reminders", data=wish)
    fair.invite()
    fair.send()
    again = update(Delivery).values(not_before=now(), claimed_until=None)
    fair.house.db.write_now(lambda session: session.execute(again))
    fair.send()
    assert fair.mails_to("nobody@example.org") == []
    assert "takes no mail" not in fair.olga.client.get("/me/reminders").text
    assert "There is nobody here" not in fair.olga.client.get("/me/reminders").text


def test_the_link_removes_only_when_its_button_is_pressed(fair: Fair) -> None:
    fair.invite()
    fair.send()
    link = fair.link("priya@example.org")
    page = fair.house.client().get(link)
    assert page.status_code == 200
    assert "Priya Nair" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "Priya Nair" in fair.names()
    assert fair.house.client().post(link).status_code == 200
    assert "Priya Nair" not in fair.names()
    assert fair.house.client().get(link).status_code == 200


def test_nothing_is_left_of_who_was_removed_and_a_later_list_brings_nobody_back(
    fair: Fair,
) -> None:
    met = fair.house.person("Mia")
    fair.house.attendee(fair.event, met)
    token = fair.token("Priya Nair")
    scan = {"code": f"http://127.0.0.1:8000/b/{token}"}
    wearer = fair.house.attendee(fair.event, "Somebody")
    contact = fair.house.scan(met, wearer, **scan)["contact"]
    met.client.patch(f"/people/{contact}", data={"note": "liked boats"})
    fair.invite()
    fair.send()
    link = fair.link("priya@example.org")
    fair.house.client().post(link)
    left = everything(fair.house)
    for word in ("Priya", "priya", "Harbour", "T-1", token):
        assert word not in left, word
    # What another wrote themselves stays theirs.
    card = met.client.get(f"/api/v1/contacts/{contact}").json()
    assert card["name"] == "Unknown"
    assert "liked boats" in met.client.get(f"/people/{contact}").text
    assert fair.house.client().get(f"/b/{token}").status_code == 404
    report = fair.bring()
    assert report.removed == 1
    # By the ticket too, under another address.
    again = fair.bring("name,email,ticket\nP. Nair,other@example.org,T-1\n")
    assert again.removed == 1
    assert fair.names() == {"Tom Ray", "Una Old", "Mia", "Somebody"}


def test_a_name_that_was_seen_goes_with_who_is_removed_and_with_nobody_else(fair: Fair) -> None:
    mia = fair.house.person("Mia")
    wearer = fair.house.attendee(fair.event, mia)
    for name in ("Priya Nair", "Tom Ray"):
        code = f"http://127.0.0.1:8000/b/{fair.token(name)}"
        scan = fair.house.scan(mia, wearer, code=code)["id"]
        # Of whom one has not met, the card says what one saw.
        assert mia.client.put(f"/api/v1/scans/{scan}/retraction").status_code < 400
    fair.invite()
    fair.send()
    fair.house.client().post(fair.link("priya@example.org"))
    seen = select(Contact.seen_name)
    names = fair.house.db.read_now(lambda session: session.scalars(seen).all())
    assert sorted(names) == ["", "Tom Ray"]


def everything(house: House) -> str:
    def read(session: Session) -> str:
        rows = [session.execute(select(table)).all() for table in metadata.sorted_tables]
        return repr(rows)

    return house.db.read_now(read)


def test_the_preview_says_how_many_are_left_out(fair: Fair) -> None:
    fair.invite()
    fair.send()
    fair.house.client().post(fair.link("priya@example.org"))
    kept = fair.olga.client.post("/organise/seaside/lists", files={"file": ("a.csv", LIST)})
    page = fair.olga.client.get(kept.headers["location"])
    assert "1 person asked to be removed from this event and is left out" in page.text


def test_nor_can_they_be_added_by_hand(fair: Fair) -> None:
    fair.invite()
    fair.send()
    fair.house.client().post(fair.link("priya@example.org"))
    answer = fair.olga.client.post(
        "/organise/seaside/attendees", data={"name": "Priya", "email": "priya@example.org"}
    )
    assert answer.status_code == 400
    assert "asked to be removed" in answer.text
    assert "Priya" not in fair.names()


def test_without_the_secret_no_list_is_imported_where_somebody_was_removed(fair: Fair) -> None:
    fair.invite()
    fair.send()
    fair.house.client().post(fair.link("priya@example.org"))
    with pytest.raises(Invalid):
        fair.house.db.write_now(
            import_read_list, fair.event.id, read_list(LIST.encode()), None, None
        )


def test_what_is_kept_of_them_tells_nobody_who_they_were(fair: Fair) -> None:
    fair.invite()
    fair.send()
    fair.house.client().post(fair.link("priya@example.org"))
    kept = fair.house.db.read_now(
        lambda session: session.scalars(select(Removal.person_hash)).all()
    )
    assert len(kept) == 2  # the address and the ticket
    assert all(re.fullmatch(r"[0-9a-f]{32}", each) for each in kept)


def test_a_link_that_was_made_up_leads_nowhere(fair: Fair) -> None:
    fair.invite()
    fair.send()
    right = fair.link("priya@example.org").removeprefix("/removal/")
    wrong = ("A" * 64, "x", "A" * 63 + "%C3%A4")
    for token in (
        *wrong,
        f"{right}AAAA",
        f"{right[:32]}~{right[32:]}",
        f"{right[:-4]}%20{right[-4:]}",
    ):
        assert fair.house.client().get(f"/removal/{token}").status_code == 404
        assert fair.house.client().post(f"/removal/{token}").status_code == 404


def test_a_link_of_who_signed_up_since_removes_nothing(fair: Fair) -> None:
    fair.invite()
    fair.send()
    priya = fair.house.person("Priya Nair", "priya@example.org")
    claimed = update(Attendee).where(Attendee.ticket == "T-1").values(account_id=priya.id)
    fair.house.db.write_now(lambda session: session.execute(claimed))
    fair.house.client().post(fair.link("priya@example.org"))
    assert "Priya Nair" in fair.names()


def test_two_replicas_that_send_at_once_send_each_mail_once(fair: Fair) -> None:
    rows = "".join(f"Guest {n},guest{n}@example.org\n" for n in range(40))
    fair.bring("name,email\n" + rows)
    fair.invite()
    other = House(str(fair.house.db.url.render_as_string(hide_password=False)),
                  smtp_url=fair.mailbox.url)  # fmt: skip
    try:

        async def both() -> None:
            await asyncio.gather(
                fair.house.app.state.sender.send_what_is_due(),
                other.app.state.sender.send_what_is_due(),
            )

        asyncio.run(both())
    finally:
        other.close()
    sent = [str(mail["To"]) for mail in fair.mailbox.messages]
    assert len(sent) == len(set(sent)) == 42


def test_settings_of_another_secret_do_not_open_the_link(fair: Fair) -> None:
    fair.invite()
    fair.send()
    link = fair.link("priya@example.org")
    other = House(
        str(fair.house.db.url.render_as_string(hide_password=False)), code_secret="another one"
    )
    try:
        assert other.client().get(link).status_code == 404
    finally:
        other.close()


def test_who_has_taken_one_of_an_addresss_places_keeps_it_when_the_rest_is_removed(
    fair: Fair,
) -> None:
    fair.bring("name,email,ticket\nAnn,buyer@example.org,B-1\nBob,buyer@example.org,B-2\n")
    fair.invite()
    fair.send()
    link = fair.link("buyer@example.org")
    ann = fair.house.person("Ann", "ann@example.org")
    claimed = update(Attendee).where(Attendee.ticket == "B-1").values(account_id=ann.id)
    fair.house.db.write_now(lambda session: session.execute(claimed))
    page = fair.house.client().get(link).text
    assert "Bob" in page
    assert "Ann" not in page
    assert fair.house.client().post(link).status_code == 200
    assert "Ann" in fair.names()
    assert "Bob" not in fair.names()
    # Whoever presses twice is told the same.
    assert fair.house.client().post(link).status_code == 200
    assert "Ann" in fair.names()
    assert "Una Old" in fair.names(), "who has no address is not who had this one"


def test_the_organiser_removes_nobody_who_has_chosen_here_or_is_elsewhere(fair: Fair) -> None:
    ben = fair.house.person("Ben")
    claimed = fair.house.attendee(fair.event, ben)
    ben.client.put("/me/events/seaside/listing", data={"listed": "yes"})
    other = fair.house.event(fair.house.person("Otto"), "inland", "Recruiters Inland")
    elsewhere = fair.house.attendee(other, "Elsa Elsewhere")
    for wearer in (claimed.id, elsewhere.id, other.id):
        answer = fair.olga.client.put(f"/organise/seaside/removals/{wearer}")
        assert answer.status_code == 404
    stmt = select(Attendee.name)
    names = fair.house.db.read_now(lambda session: session.scalars(stmt).all())
    assert {"Ben", "Elsa Elsewhere"} <= set(names)
