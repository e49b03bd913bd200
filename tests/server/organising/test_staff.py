"""Who helps to run an event: invited by address, and no account is made for anybody."""

import re
from datetime import timedelta

import httpx
from sqlalchemy import delete, select, update

from firsthand.accounts.acts import AccountAct, Act
from firsthand.accounts.models import Account
from firsthand.db import now
from firsthand.events.models import Event, EventRole, StaffInvitation
from firsthand.organising.models import UnaskedMail
from firsthand.organising.removal_links import removal_key
from firsthand.organising.staffing import INVITATIONS_A_DAY, invite_staff
from firsthand.organising.unasked import UNASKED_EVERY
from firsthand.retention import clean_up
from tests.server.house import House, Person
from tests.server.organising.conftest import Fair

NEVER = "never@signed.example"


def invite(who: Person, email: str, slug: str = "seaside") -> httpx.Response:
    return who.client.post(f"/organise/{slug}/staff", data={"email": email})


def sign_up(fair: Fair, email: str) -> httpx.Client:
    """With a code, as everybody does."""
    client = fair.house.client()
    client.post("/sign-in", data={"email": email})
    text = str(fair.mailbox.wait_for(email).get_content())
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", text)
    assert found, text
    answer = client.post("/sign-in/code", data={"code": found.group()})
    assert answer.status_code == 303
    return client


def invited(house: House) -> list[str]:
    return list(house.db.read_now(lambda session: session.scalars(select(StaffInvitation.email))))


def accounts(house: House) -> set[str]:
    return set(house.db.read_now(lambda session: session.scalars(select(Account.email)).all()))


def another_event(fair: Fair, slug: str) -> Event:
    return fair.house.event(fair.olga, slug, f"Fair {slug}")


def test_inviting_makes_no_account(fair: Fair) -> None:
    assert invite(fair.olga, NEVER).status_code == 303
    assert accounts(fair.house) == {fair.olga.email}
    page = fair.olga.client.get("/organise/seaside").text
    assert NEVER in page
    assert "has not signed in yet" in page


def test_who_was_invited_helps_from_their_first_sign_in(fair: Fair) -> None:
    invite(fair.olga, "Sam@Example.org")
    sam = sign_up(fair, "sam@example.org")
    assert sam.get("/organise/seaside").status_code == 200
    assert "has not signed in yet" not in fair.olga.client.get("/organise/seaside").text
    assert invited(fair.house) == []
    log = sam.get("/me/log").text
    assert "You were invited to help with an event" in log
    assert "at Recruiters by the Sea" in log


def test_somebody_else_who_signs_in_does_not(fair: Fair) -> None:
    invite(fair.olga, NEVER)
    assert sign_up(fair, "else@example.org").get("/organise/seaside").status_code == 404
    assert invited(fair.house) == [NEVER]


def test_who_has_an_account_helps_at_once(fair: Fair) -> None:
    sam = fair.house.person("Sam")
    invite(fair.olga, sam.email)
    assert sam.client.get("/organise/seaside").status_code == 200
    assert invited(fair.house) == []


def test_an_organiser_who_invites_themselves_stays_one(fair: Fair) -> None:
    invite(fair.olga, fair.olga.email)
    roles = fair.house.db.read_now(lambda session: session.scalars(select(EventRole.role)).all())
    assert roles == ["organiser"]
    assert "You were invited" not in fair.olga.client.get("/me/log").text


def test_an_invitation_is_taken_back(fair: Fair) -> None:
    invite(fair.olga, NEVER)
    page = fair.olga.client.get("/organise/seaside").text
    path = re.search(r"/organise/seaside/staff/invitations/[0-9a-f-]+", page)
    assert path
    sam = fair.house.person("Sam")
    assert sam.client.delete(path.group()).status_code == 404
    invite(fair.olga, sam.email)
    assert sam.client.delete(path.group()).status_code == 403
    assert fair.olga.client.delete(path.group()).status_code == 303
    assert fair.olga.client.delete(path.group()).status_code == 404
    assert sign_up(fair, NEVER).get("/organise/seaside").status_code == 404


def test_an_invitation_is_taken_back_alone_and_by_its_own_organiser(fair: Fair) -> None:
    for email in (NEVER, "other@signed.example"):
        invite(fair.olga, email)
    stmt = select(StaffInvitation.id).where(StaffInvitation.email == NEVER)
    path = f"staff/invitations/{fair.house.db.read_now(lambda session: session.scalar(stmt))}"
    otto = fair.house.person("Otto")
    fair.house.event(otto, "inland", "Recruiters Inland")
    assert otto.client.delete(f"/organise/inland/{path}").status_code == 404
    assert len(invited(fair.house)) == 2
    assert fair.olga.client.delete(f"/organise/seaside/{path}").status_code == 303
    assert invited(fair.house) == ["other@signed.example"]


def test_who_helps_no_more_at_one_event_still_does_at_another(fair: Fair) -> None:
    another_event(fair, "second")
    sam = fair.house.person("Sam")
    for slug in ("seaside", "second"):
        invite(fair.olga, sam.email, slug)
    fair.olga.client.delete(f"/organise/seaside/staff/{sam.id}")
    assert sam.client.get("/organise/seaside").status_code == 404
    assert sam.client.get("/organise/second").status_code == 200


def test_who_was_invited_to_help_is_still_removed_from_another_organisers_list(fair: Fair) -> None:
    """An account in their name would have taken the place, and nobody could have removed it."""
    otto = fair.house.person("Otto")
    fair.house.event(otto, "inland", "Recruiters Inland")
    invite(otto, "priya@example.org", "inland")
    fair.mailbox.clear()
    fair.house.db.write_now(lambda session: session.execute(delete(UnaskedMail)) and None)
    fair.invite()
    fair.send()
    fair.house.client().post(fair.link("priya@example.org"))
    assert "Priya Nair" not in fair.names()
    assert invited(fair.house) == []


def test_the_mail_to_who_never_signed_up_has_a_link_that_removes(fair: Fair) -> None:
    invite(fair.olga, NEVER)
    link = fair.link(NEVER)
    assert "invited to help" in fair.house.client().get(link).text
    assert fair.house.client().post(link).status_code == 200
    assert invited(fair.house) == []
    refused = invite(fair.olga, NEVER)
    assert refused.status_code == 400
    assert "asked to be removed" in refused.text
    assert invited(fair.house) == []


def test_who_is_removed_by_a_badge_helps_there_no_more(fair: Fair) -> None:
    fair.bring("name,email\nNever Signed,never@signed.example\n")
    invite(fair.olga, NEVER)
    for _ in range(2):
        fair.house.client().post(f"/b/{fair.token('Never Signed')}/removal")
    page = fair.olga.client.get("/organise/seaside/reports").text
    wearer = re.search(r"/organise/seaside/removals/([0-9a-f-]+)", page)
    assert wearer
    another_event(fair, "second")
    invite(fair.olga, "other@signed.example")
    invite(fair.olga, NEVER, "second")
    fair.olga.client.put(f"/organise/seaside/removals/{wearer.group(1)}")
    # The others were not asked about, and an organiser decides for their own event alone.
    assert sorted(invited(fair.house)) == [NEVER, "other@signed.example"]
    assert NEVER in fair.olga.client.get("/organise/second").text


def test_a_stranger_gets_one_mail_from_here_however_many_events_invite_them(fair: Fair) -> None:
    for number in range(4):
        another_event(fair, f"fair-{number}")
        assert invite(fair.olga, NEVER, f"fair-{number}").status_code == 303
    fair.bring("name,email\nNever Signed,never@signed.example\n")
    fair.invite()
    fair.house.client().post(f"/b/{fair.token('Never Signed')}/removal")
    fair.send()
    assert len(fair.mails_to(NEVER)) == 1


def test_a_list_is_the_one_mail_as_well(fair: Fair) -> None:
    fair.invite()
    fair.send()
    otto = fair.house.person("Otto")
    fair.house.event(otto, "inland", "Recruiters Inland")
    invite(otto, "priya@example.org", "inland")
    assert len(fair.mails_to("priya@example.org")) == 1


def test_after_a_year_there_may_be_another_one(fair: Fair) -> None:
    another_event(fair, "later")
    invite(fair.olga, NEVER)
    old = update(UnaskedMail).values(created_at=now() - UNASKED_EVERY)
    fair.house.db.write_now(lambda session: session.execute(old))
    invite(fair.olga, NEVER, "later")
    assert len(fair.mails_to(NEVER)) == 2


def test_what_is_kept_of_who_had_one_goes_after_a_year_and_tells_no_address(fair: Fair) -> None:
    invite(fair.olga, NEVER)
    stmt = select(UnaskedMail.address_hash)
    (kept,) = fair.house.db.read_now(lambda session: session.scalars(stmt).all())
    assert re.fullmatch(r"[0-9a-f]{32}", kept)
    clean_up(fair.house.db, now() + UNASKED_EVERY)
    assert fair.house.db.read_now(lambda session: session.scalars(stmt).all()) == []


def test_an_event_sends_a_helper_one_mail_also_if_it_invites_them_again(fair: Fair) -> None:
    sam = fair.house.person("Sam")
    for _ in range(3):
        invite(fair.olga, sam.email)
        fair.olga.client.delete(f"/organise/seaside/staff/{sam.id}")
    assert len(fair.mails_to(sam.email)) == 1


def test_who_has_an_account_is_told_of_each_event_and_has_no_link_that_removes(
    fair: Fair,
) -> None:
    another_event(fair, "second")
    sam = fair.house.person("Sam")
    for slug in ("seaside", "second"):
        invite(fair.olga, sam.email, slug)
    told = fair.mails_to(sam.email)
    assert len(told) == 2
    assert not any("removal" in text or "You want none of it" in text for text in told)


def test_a_mail_that_could_not_be_sent_is_sent_with_the_next_invitation(fair: Fair) -> None:
    key = removal_key(fair.house.settings.code_secret)

    def is_mailed(can_mail: bool) -> bool:
        asked = (key, fair.olga.id, "seaside", NEVER)
        return fair.house.db.write_now(invite_staff, *asked, can_mail=can_mail).is_mailed

    assert [is_mailed(can_mail) for can_mail in (False, True, True)] == [False, True, False]


def test_an_account_invites_only_so_many_a_day_whatever_the_event(fair: Fair) -> None:
    another_event(fair, "second")
    for number in range(INVITATIONS_A_DAY):
        slug = "second" if number % 2 else "seaside"
        assert invite(fair.olga, f"helper{number}@example.org", slug).status_code == 303
    refused = invite(fair.olga, "one.more@example.org", "second")
    assert refused.status_code == 429
    assert "Try again tomorrow" in refused.text
    assert "one.more@example.org" not in invited(fair.house)
    assert fair.mails_to("one.more@example.org") == []
    yesterday = update(AccountAct).where(AccountAct.act == Act.STAFF_INVITED)
    fair.house.db.write_now(
        lambda session: session.execute(yesterday.values(at=now() - timedelta(days=1)))
    )
    assert invite(fair.olga, "one.more@example.org", "second").status_code == 303


def test_an_event_whose_list_is_kept_no_longer_keeps_no_invitation(fair: Fair) -> None:
    invite(fair.olga, NEVER)
    clean_up(fair.house.db, now() + UNASKED_EVERY * 2)
    assert invited(fair.house) == []
