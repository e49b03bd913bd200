"""Signing in by a code that comes by mail."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from litestar import Request
from litestar.testing import TestClient
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account, EmailCode, SignInSession
from firsthand.accounts.signing_in import (
    CODE_TRIES,
    CODES_A_PEER,
    CODES_AN_ADDRESS,
    Asker,
    ask_for_code,
    redeem_code,
)
from firsthand.attendees.models import Attendee
from firsthand.db import now
from firsthand.problems import TooMany
from firsthand.requests import peer_address
from tests.mailbox import Mailbox
from tests.server.house import House

MIRA = "mira@example.org"
KEY = "a key for tests that guards nothing"


def ask(client: httpx.Client, email: str = MIRA, path: str = "/") -> httpx.Response:
    return client.post("/sign-in", data={"email": email, "next": path}, follow_redirects=False)


def code_in(mailbox: Mailbox, email: str = MIRA) -> str:
    text = str(mailbox.wait_for(email).get_content())
    found = re.search(r"\b([2-9A-Z]{4}-[2-9A-Z]{4})\b", text)
    assert found, text
    return found[1]


def enter(client: httpx.Client, code: str, path: str = "/") -> httpx.Response:
    return client.post("/sign-in/code", data={"code": code, "next": path}, follow_redirects=False)


def sessions(house: House) -> int:
    def count(session: Session) -> int:
        return session.scalar(select(func.count()).select_from(SignInSession)) or 0

    return house.db.read_now(count)


def test_a_new_address_signs_in_with_the_code_from_the_mail(
    post_office: House, mailbox: Mailbox
) -> None:
    client = post_office.client()
    asked = ask(client, path="/follow-ups")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sign-in/code?next=/follow-ups"
    assert MIRA in client.get(asked.headers["location"]).text
    entered = enter(client, code_in(mailbox), "/follow-ups")
    assert entered.status_code == 303
    assert entered.headers["location"] == "/welcome?next=/follow-ups"
    assert client.get("/api/v1/me").json()["email"] == MIRA


def test_who_has_a_name_goes_straight_to_the_page_that_was_asked_for(
    post_office: House, mailbox: Mailbox
) -> None:
    post_office.person("Mira Andersen", MIRA)
    client = post_office.client()
    ask(client)
    entered = enter(client, code_in(mailbox), "/b/ABCD?x=1")
    assert entered.headers["location"] == "/b/ABCD?x=1"


def test_the_mail_names_only_the_configured_address(post_office: House, mailbox: Mailbox) -> None:
    post_office.client().post(
        "/sign-in", data={"email": MIRA}, headers={"X-Forwarded-Host": "evil.example"}
    )
    text = str(mailbox.wait_for(MIRA).get_content())
    assert re.findall(r"https?://\S+", text) == [post_office.settings.base_url]


def test_a_code_is_read_without_its_hyphen_in_small_letters_and_with_blanks(
    post_office: House, mailbox: Mailbox
) -> None:
    client = post_office.client()
    ask(client)
    code = code_in(mailbox).replace("-", " ").lower()
    assert enter(client, f" {code}\n").status_code == 303


def test_a_code_works_only_once(post_office: House, mailbox: Mailbox) -> None:
    client = post_office.client()
    ask(client)
    code, cookies = code_in(mailbox), dict(client.cookies)
    assert enter(client, code).status_code == 303
    again = post_office.client()
    again.cookies.update(cookies)
    assert enter(again, code).status_code == 400


def test_a_code_works_only_in_the_browser_that_asked_for_it(
    post_office: House, mailbox: Mailbox
) -> None:
    ask(post_office.client())
    elsewhere = enter(post_office.client(), code_in(mailbox))
    assert elsewhere.status_code == 400
    assert "not the code we sent" in elsewhere.text
    assert sessions(post_office) == 0


def test_a_code_is_too_old_after_ten_minutes(post_office: House, mailbox: Mailbox) -> None:
    client = post_office.client()
    ask(client)

    def age(session: Session) -> None:
        session.execute(update(EmailCode).values(expires_at=now()))

    post_office.db.write_now(age)
    assert enter(client, code_in(mailbox)).status_code == 400
    assert client.get("/sign-in/code", follow_redirects=False).headers["location"] == (
        "/sign-in?next=/"
    )


def test_after_five_wrong_tries_the_right_code_is_refused(
    post_office: House, mailbox: Mailbox
) -> None:
    client = post_office.client()
    ask(client)
    for _ in range(CODE_TRIES):
        assert enter(client, "AAAA-AAAA").status_code == 400
    assert enter(client, code_in(mailbox)).status_code == 400


def test_thirty_tries_at_once_are_judged_five_times(house: House) -> None:
    asked = house.db.write_now(ask_for_code, MIRA, KEY)
    wrong = ["AAAAAAAA"] * 30
    with ThreadPoolExecutor(30) as threads:
        found = list(
            threads.map(
                lambda typed: house.db.write_now(redeem_code, asked.browser, typed, [KEY]), wrong
            )
        )
    assert found == [None] * 30
    tries = house.db.read_now(lambda session: session.scalar(select(EmailCode.tries)))
    assert tries == CODE_TRIES
    assert house.db.write_now(redeem_code, asked.browser, asked.code, [KEY]) is None


def test_the_right_code_thirty_times_at_once_signs_in_once(house: House) -> None:
    asked = house.db.write_now(ask_for_code, MIRA, KEY)
    with ThreadPoolExecutor(30) as threads:
        found = list(
            threads.map(
                lambda _: house.db.write_now(redeem_code, asked.browser, asked.code, [KEY]),
                range(30),
            )
        )
    assert len([account_id for account_id in found if account_id]) == 1


def test_two_browsers_with_a_new_address_make_one_account(house: House) -> None:
    asked = [house.db.write_now(ask_for_code, MIRA, KEY) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(
            threads.map(
                lambda each: house.db.write_now(redeem_code, each.browser, each.code, [KEY]), asked
            )
        )
    count = house.db.read_now(lambda s: s.scalar(select(func.count()).select_from(Account)))
    assert count == 1


def test_a_sixth_code_within_an_hour_is_not_sent_and_the_answer_is_the_same(
    post_office: House, mailbox: Mailbox
) -> None:
    answers = [ask(post_office.client()) for _ in range(CODES_AN_ADDRESS + 1)]
    assert {(each.status_code, each.headers["location"], each.text) for each in answers} == {
        (303, "/sign-in/code?next=/", "")
    }
    assert len({str(each.headers["set-cookie"].partition("=")[0]) for each in answers}) == 1
    ask(post_office.client(), "another@example.org")
    mailbox.wait_for("another@example.org")
    assert len([each for each in mailbox.messages if each["To"] == MIRA]) == CODES_AN_ADDRESS


def test_an_hour_later_the_address_gets_codes_again(house: House) -> None:
    for _ in range(CODES_AN_ADDRESS):
        assert house.db.write_now(ask_for_code, MIRA, KEY).mailed
    assert not house.db.write_now(ask_for_code, MIRA, KEY).mailed

    def age(session: Session) -> None:
        session.execute(update(EmailCode).values(created_at=now() - timedelta(minutes=61)))

    house.db.write_now(age)
    assert house.db.write_now(ask_for_code, MIRA, KEY).mailed


def test_the_newest_code_works_after_one_that_was_not_sent(
    post_office: House, mailbox: Mailbox
) -> None:
    for _ in range(CODES_AN_ADDRESS - 1):
        post_office.db.write_now(ask_for_code, MIRA, KEY)
    client = post_office.client()
    ask(client)
    ask(client)
    assert enter(client, code_in(mailbox)).status_code == 303


def test_a_code_that_was_not_sent_is_not_shown_by_the_demo_either(demo_house: House) -> None:
    pages = [ask(demo_house.client()) for _ in range(CODES_AN_ADDRESS + 1)]
    assert "Your code is" in pages[-2].text
    assert "Your code is" not in pages[-1].text


def test_one_network_asks_for_many_codes_but_not_for_any_number(house: House) -> None:
    here, elsewhere = Asker("198.51.100.7"), Asker("198.51.100.8")

    def ask_often(session: Session) -> None:
        ask_for_code(session, "first@example.org", KEY, here)
        session.flush()
        (first,) = session.scalars(select(EmailCode)).all()
        # As if so many others had asked in the same way.
        like_it = {column.name: getattr(first, column.name) for column in EmailCode.__table__.c}
        rows = [
            {**like_it, "browser_hash": f"{n}", "email": f"p{n}@example.org"}
            for n in range(CODES_A_PEER - 2)
        ]
        session.execute(insert(EmailCode), rows)

    house.db.write_now(ask_often)
    assert house.db.write_now(ask_for_code, "last@example.org", KEY, here).mailed
    with pytest.raises(TooMany):
        house.db.write_now(ask_for_code, "one-more@example.org", KEY, here)
    assert house.db.write_now(ask_for_code, "one-more@example.org", KEY, elsewhere).mailed


@pytest.mark.parametrize(
    ("peer", "forwarded", "is_asked_by"),
    [
        ("1.2.3.4", "", "1.2.3.4"),
        ("1.2.3.4", "203.0.113.5", "1.2.3.4"),
        ("127.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.2", "192.0.2.9, 203.0.113.5", "203.0.113.5"),
    ],
)
def test_only_a_proxy_of_ours_says_for_whom_it_asks(
    peer: str, forwarded: str, is_asked_by: str
) -> None:
    scope: Any = {
        "type": "http",
        "client": (peer, 1234),
        "headers": [(b"x-forwarded-for", forwarded.encode())] if forwarded else [],
    }
    assert peer_address(Request(scope)) == is_asked_by


def test_the_answer_is_the_same_whether_or_not_there_is_an_account(
    post_office: House, mailbox: Mailbox
) -> None:
    post_office.person("Mira Andersen", MIRA)
    known, unknown = ask(post_office.client()), ask(post_office.client(), "new@example.org")
    assert (known.status_code, known.headers["location"], known.text) == (
        unknown.status_code,
        unknown.headers["location"],
        unknown.text,
    )


def test_a_mail_that_cannot_be_sent_is_told_in_place(post_office: House) -> None:
    refused = ask(post_office.client(), "nobody@example.org")
    assert refused.status_code == 503
    assert "could not send the mail" in refused.text


def test_signing_in_claims_the_place_on_the_list(post_office: House, mailbox: Mailbox) -> None:
    event = post_office.event(post_office.person("Olu"))
    place = post_office.attendee(event, "Mira Andersen", email=MIRA, company="Harbour Labs")
    client = post_office.client()
    ask(client)
    assert enter(client, code_in(mailbox)).headers["location"] == "/"
    me = client.get("/api/v1/me").json()
    assert (me["name"], me["company"]) == ("Mira Andersen", "Harbour Labs")
    assert [each["attendee"] for each in me["events"]] == [str(place.id)]


def test_an_address_on_two_tickets_claims_nothing_by_itself(
    post_office: House, mailbox: Mailbox
) -> None:
    event = post_office.event(post_office.person("Olu"))
    for name in ("Mira Andersen", "Jon Andersen"):
        post_office.attendee(event, name, email=MIRA)
    client = post_office.client()
    ask(client)
    enter(client, code_in(mailbox))
    page = client.get("/me").text
    assert "Mira Andersen" in page
    assert "Jon Andersen" in page
    rows = post_office.db.read_now(
        lambda s: s.scalars(select(Attendee).where(Attendee.email == MIRA)).all()
    )
    chosen = next(row for row in rows if row.name == "Mira Andersen")
    assert all(row.account_id is None for row in rows)
    claimed = client.put(f"/me/places/{chosen.id}", follow_redirects=False)
    assert claimed.status_code == 303
    assert [e["attendee"] for e in client.get("/api/v1/me").json()["events"]] == [str(chosen.id)]


def test_signing_in_gives_a_new_session_and_ends_the_old_one(
    post_office: House, mailbox: Mailbox
) -> None:
    mira = post_office.person("Mira Andersen", MIRA)
    old = mira.client.cookies["firsthand"]
    ask(mira.client)
    entered = enter(mira.client, code_in(mailbox))
    assert f"firsthand={old};" not in entered.headers["set-cookie"]
    assert sessions(post_office) == 1


def test_the_cookies_are_for_this_site_only_and_not_for_scripts(
    database_url: str, mailbox: Mailbox
) -> None:
    address = "https://firsthand.example"
    house = House(database_url, smtp_url=mailbox.url, base_url=address)
    with TestClient(house.app, base_url=address) as client:
        asked = ask(client)
        entered = enter(client, code_in(mailbox))
    house.close()
    set_cookies = [
        *asked.headers.get_list("set-cookie"),
        *entered.headers.get_list("set-cookie"),
    ]
    assert len(set_cookies) == 3
    for cookie in set_cookies:
        assert cookie.startswith("__Host-firsthand")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
    assert "Max-Age=7776000" in set_cookies[1]


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\r\nb"],
)
def test_only_paths_of_this_site_are_followed(
    post_office: House, mailbox: Mailbox, path: str
) -> None:
    post_office.person("Mira Andersen", MIRA)
    client = post_office.client()
    ask(client, path=path)
    assert enter(client, code_in(mailbox), path).headers["location"] == "/"
    form = post_office.client().get(f"/sign-in?next={quote(path)}").text
    assert 'name="next" value="/"' in form


@pytest.mark.parametrize(
    "email",
    [
        *("", "mira", "mira@", "@example.org", "a@b", "a b@c.de", "x" * 1_000_000),
        *("mira\x00@example.org", "mira@exa\u202emple.org", "mira@example.org\nBcc: x@y.z"),
    ],
)
def test_what_is_no_address_is_told_beside_the_field(post_office: House, email: str) -> None:
    refused = ask(post_office.client(), email)
    assert refused.status_code == 400
    assert "That is no e-mail address" in refused.text
    assert 'aria-invalid="true"' in refused.text


@pytest.mark.parametrize(
    "body",
    [b"", b"email=%FF%FE", b"email=a@b.example&email=" + b"c" * 900, b"\x00\xff=&&&=", b"%"],
)
def test_a_form_of_nonsense_is_refused_or_read_but_never_breaks(
    post_office: House, body: bytes
) -> None:
    client = post_office.client()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in ("/sign-in", "/sign-in/code", "/sign-in/link/x"):
        assert client.post(path, content=body, headers=headers).status_code < 500


@pytest.mark.parametrize("cookie", ["", "x" * 5000, "%00%ff", "fh_x", '"quoted; x"', "\u00e9"])
def test_a_cookie_of_nonsense_is_nobody(post_office: House, cookie: str) -> None:
    client = post_office.client()
    sent = f"firsthand={cookie}; firsthand-code={cookie}".encode()
    for path in ("/", "/sign-in", "/sign-in/code", "/me"):
        answer = client.get(path, headers={b"Cookie": sent}, follow_redirects=False)
        assert answer.status_code in {200, 303}
    assert client.post("/sign-in/code", headers={b"Cookie": sent}).status_code == 400


def test_the_demo_shows_the_code_on_the_page_and_on_the_console(
    demo_house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    client = demo_house.client()
    page = ask(client)
    shown = re.search(r'value="([2-9A-Z]{4}-[2-9A-Z]{4})"', page.text)
    assert shown
    assert shown[1] in capsys.readouterr().out
    assert enter(client, shown[1]).status_code == 303
