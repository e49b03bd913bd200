"""What happened with one's account: each act is there to read, for its owner only."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts.acts import AccountAct, Act, note
from firsthand.accounts.models import Passkey
from firsthand.accounts.signing_in import ask_for_code, make_link_token
from firsthand.accounts.tokens import tokens_of
from firsthand.asked_from import COMMAND_LINE, asking
from firsthand.db import now
from tests.authenticator import Authenticator
from tests.server.house import BASE_URL, House, Person, tie

FIREFOX = {"User-Agent": "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0"}


@pytest.fixture
def mira(house: House) -> Person:
    return house.person("Mira Andersen", "mira@example.org")


def acts(house: House, person: Person) -> list[tuple[str, str, str]]:
    """Act, detail and place of what people did, the newest last."""

    def read(session: Session) -> list[tuple[str, str, str]]:
        stmt = select(AccountAct).where(
            AccountAct.owner_id == person.id, AccountAct.place != "the server"
        )
        rows = session.scalars(stmt.order_by(AccountAct.at, AccountAct.id))
        return [(row.act, row.detail, row.place) for row in rows]

    return house.db.read_now(read)


def type_code(house: House, code: str = "") -> int:
    asked = house.db.write_now(ask_for_code, "mira@example.org", house.settings.secret_key)
    client = house.client()
    client.cookies.set("firsthand-code", asked.browser)
    typed = {"code": code or asked.code}
    return client.post("/sign-in/code", data=typed, headers=FIREFOX).status_code


def test_signing_in_says_how_and_where(house: House, mira: Person) -> None:
    assert type_code(house) == 303
    token = house.db.write_now(make_link_token, mira.email)
    assert house.client().post(f"/sign-in/link/{token}").status_code == 303
    assert acts(house, mira) == [
        (Act.SIGNED_IN, "By a code by e-mail", "Firefox on Android"),
        (Act.SIGNED_IN, "By a link", "A browser"),
    ]


def test_wrong_codes_are_one_row_an_hour(house: House, mira: Person) -> None:
    for _ in range(3):
        assert type_code(house, "2222-2222") == 400
    assert [act for act, _, _ in acts(house, mira)] == [Act.WRONG_CODE]
    house.db.write_now(age, timedelta(hours=2))
    assert type_code(house, "2222-2222") == 400
    assert [act for act, _, _ in acts(house, mira)] == [Act.WRONG_CODE] * 2


def age(session: Session, by: timedelta) -> None:
    for row in session.scalars(select(AccountAct)):
        row.at -= by


def test_signing_out_is_kept(house: House, mira: Person) -> None:
    mira.client.request("DELETE", "/sessions")
    again = house.db.write_now(make_link_token, mira.email)
    client = house.client()
    client.post(f"/sign-in/link/{again}")
    client.request("DELETE", "/session")
    assert [act for act, _, _ in acts(house, mira)] == [
        Act.SESSIONS_ENDED,
        Act.SIGNED_IN,
        Act.SIGNED_OUT,
    ]


def test_secrets_for_programs_are_named_and_never_told(house: House, mira: Person) -> None:
    made = mira.client.post("/me/tokens", data={"scope": "read", "token_name": "my script"}).text
    mira.client.post("/me/feeds", data={"feed_name": "calendar"})
    mira.client.post("/me/address-books", data={"book_name": "phone"})
    mira.client.post("/me/feeds", data={"feed_name": ""})
    number = made_number(house, mira, "my script")
    mira.client.request("DELETE", f"/me/tokens/{number}")
    found = acts(house, mira)
    assert [(act, detail) for act, detail, _ in found][-5:] == [
        (Act.TOKEN_MADE, "Token: my script"),
        (Act.TOKEN_MADE, "Feeds: calendar"),
        (Act.TOKEN_MADE, "Address book: phone"),
        (Act.TOKEN_MADE, "Feeds"),
        (Act.TOKEN_ENDED, "Token: my script"),
    ]
    assert "fh_" in made
    assert "fh_" not in str(found)


def made_number(house: House, person: Person, name: str) -> str:
    return next(t.number for t in house.db.read_now(tokens_of, person.id) if t.name == name)


def test_passkeys_and_recovery_codes_are_kept(house: House, mira: Person) -> None:
    wanted = mira.client.post("/me/passkeys/challenge").json()
    made = Authenticator(BASE_URL, "127.0.0.1").make(wanted)
    mira.client.post("/me/passkeys", data={"credential": made, "passkey_name": "Phone"})
    passkey_id = house.db.read_now(lambda s: s.scalars(select(Passkey.id)).one())
    mira.client.request("DELETE", f"/me/passkeys/{passkey_id}")
    mira.client.post("/me/recovery-codes")
    assert [(act, detail) for act, detail, _ in acts(house, mira)] == [
        (Act.PASSKEY_ADDED, "Phone"),
        (Act.PASSKEY_REMOVED, "Phone"),
        (Act.RECOVERY_CODES_MADE, ""),
    ]


def test_what_a_program_does_names_its_token(house: House, mira: Person) -> None:
    assert house.client().get("/api/v1/me/export", headers=mira.bearer).status_code == 200
    assert acts(house, mira)[-1] == (Act.EXPORT_TAKEN, "", "a token")


def test_what_the_command_line_does_says_so(house: House, mira: Person) -> None:
    with asking(COMMAND_LINE):
        house.db.write_now(note, mira.id, Act.EXPORT_TAKEN)
    assert acts(house, mira)[-1][2] == "the command line"


def test_who_sees_what_is_kept_with_field_and_circle(house: House, mira: Person) -> None:
    mira.client.patch("/api/v1/me", json={"circles": {"phone": "met", "headline": "browsing"}})
    # The headline was for who browses before, too.
    assert [act[:2] for act in acts(house, mira)] == [(Act.CIRCLE_CHANGED, "Phone: met")]


def test_listing_handles_and_badges_are_kept(house: House, mira: Person) -> None:
    organiser = house.person("Olga Organiser")
    event = house.event(organiser, timezone="UTC")
    place = house.attendee(event, mira, listed=True)
    mira.client.put("/me/events/seaside/listing", data={"listed": ""})
    mira.client.put("/me/events/seaside/listing", data={"listed": "on"})
    mira.client.post("/me/handles", data={"handle": "@mira@mastodon.example"})
    handle = mira.client.get("/api/v1/me").json()["handles"][0]["id"]
    mira.client.patch(f"/me/handles/{handle}", data={"circle": "nobody"})
    mira.client.request("DELETE", f"/me/handles/{handle}")
    organiser.client.put(f"/organise/seaside/attendees/{place.id}/badge")
    assert [(act, detail) for act, detail, _ in acts(house, mira)][-6:] == [
        (Act.UNLISTED, "Event: seaside"),
        (Act.LISTED, "Event: seaside"),
        (Act.HANDLE_ADDED, "Mastodon, mira@mastodon.example"),
        (Act.CIRCLE_CHANGED, "Mastodon, mira@mastodon.example: nobody"),
        (Act.HANDLE_REMOVED, "Mastodon, mira@mastodon.example"),
        (Act.BADGE_REPLACED, "Event: seaside"),
    ]


def test_an_event_is_told_by_its_name_to_who_is_there_and_by_no_more_to_others(
    house: House, mira: Person
) -> None:
    event = house.event(house.person("Olga Organiser"), name="Hiring by the Sea", timezone="UTC")
    house.db.write_now(note, mira.id, Act.LISTED, f"Event: {event.slug}")
    assert "at seaside" in mira.client.get("/me/log").text
    house.attendee(event, mira)
    page = mira.client.get("/me/log").text
    assert "at Hiring by the Sea" in page
    assert "Event:" not in page


def test_a_line_goes_on_in_small_letters_and_ends_with_the_moment(
    house: House, mira: Person
) -> None:
    house.db.write_now(note, mira.id, Act.SIGNED_IN, "By a link")
    page = mira.client.get("/me/log").text
    assert "<bdi>by a link</bdi>" in page
    assert re.search(r">\d\d? \w{3,9} 20\d\d, \d\d:\d\d UTC<", page)


def test_a_scan_writes_no_row(house: House, mira: Person) -> None:
    event = house.event(house.person("Olga Organiser"), timezone="UTC")
    house.attendee(event, mira)
    before = acts(house, mira)
    house.scan(mira, house.attendee(event, "Fenna Wouters"))
    assert acts(house, mira) == before


def test_the_page_shows_all_of_it_in_pages_the_newest_first(house: House, mira: Person) -> None:
    def make(session: Session) -> None:
        for number in range(60):
            note(session, mira.id, Act.TOKEN_MADE, f"Token: number {number:02}")

    house.db.write_now(make)
    first = mira.client.get("/me/log").text
    assert "number 59" in first
    assert "number 09" not in first
    path = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    rest = mira.client.get(path.replace("&amp;", "&")).text
    assert "number 09" in rest
    assert "number 59" not in rest
    assert 'rel="next"' not in rest


def test_nobody_else_reads_it_and_it_is_in_the_own_export(house: House, mira: Person) -> None:
    house.db.write_now(note, mira.id, Act.TOKEN_MADE, "Token: only mine")
    other = house.person("Bo Chen")
    assert "only mine" not in other.client.get("/me/log").text
    theirs = other.client.get("/api/v1/me/export").json()["account_act"]
    assert "Token: only mine" not in [row["detail"] for row in theirs]
    assert "export-taken" in [row["act"] for row in theirs]
    mine = mira.client.get("/api/v1/me/export").json()["account_act"]
    assert "Token: only mine" in [row["detail"] for row in mine]
    assert now().isoformat()[:4] in mine[0]["at"]


def test_what_was_brought_in_is_named_as_it_names_itself(house: House, mira: Person) -> None:
    house.ties(mira, tie("fenna"))
    words = r"Data was brought in<span[^>]*>, <bdi>X</bdi>"
    assert re.search(words, mira.client.get("/me/log").text)
