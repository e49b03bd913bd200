"""The pages of signing in, and the cookies that come and go with them."""

import asyncio
from http.cookies import Morsel, SimpleCookie

import httpx
import pytest

from firsthand.accounts.signing_in import CODES_AN_ADDRESS, AskedCode, ask_for_code
from firsthand.problems import NotSignedIn
from firsthand.session_cookie import signed_in
from tests.authenticator import Authenticator
from tests.mailbox import Mailbox
from tests.server.house import BASE_URL, House

MIRA = "mira@example.org"
CODE_FIELD = 'name="code"'


def asked(house: House, client: httpx.Client, email: str = MIRA) -> AskedCode:
    """The client's browser waits for a code."""
    code = house.db.write_now(ask_for_code, email, house.settings.secret_key)
    client.cookies.set("firsthand-code", code.browser)
    return code


def cookie(answer: httpx.Response, name: str) -> Morsel[str]:
    for line in answer.headers.get_list("set-cookie"):
        for morsel in SimpleCookie(line).values():
            if morsel.key == name:
                return morsel
    raise AssertionError(f"{name} is not set")


def is_taken_away(answer: httpx.Response, name: str) -> bool:
    morsel = cookie(answer, name)
    return (morsel.value, morsel["max-age"]) == ("", "0")


def test_who_is_signed_in_goes_on_at_once(house: House) -> None:
    ana = house.person()
    for path, goal in (("/sign-in?next=/people", "/people"), ("/sign-in", "/")):
        sent = ana.client.get(path)
        assert (sent.status_code, sent.headers["location"]) == (303, goal)


def test_a_wrong_code_is_told_on_the_page_of_the_address(house: House) -> None:
    waits, nobody = house.client(), house.client()
    asked(house, waits)
    wrong = [client.post("/sign-in/code", data={"code": "WRONG"}) for client in (waits, nobody)]
    assert [each.status_code for each in wrong] == [400, 400]
    assert f"<bdi>{MIRA}</bdi>" in wrong[0].text
    assert "<bdi>your address</bdi>" in wrong[1].text


def test_the_browser_is_remembered_as_long_as_its_code_and_then_forgotten(
    post_office: House, mailbox: Mailbox
) -> None:
    client = post_office.client()
    sent = client.post("/sign-in", data={"email": MIRA})
    assert cookie(sent, "firsthand-code")["max-age"] == "600"
    mailbox.wait_for(MIRA)
    code = asked(post_office, client).code
    assert is_taken_away(client.post("/sign-in/code", data={"code": code}), "firsthand-code")


def test_confirming_takes_the_codes_cookie_away_too(house: House) -> None:
    ana = house.person()
    code = asked(house, ana.client, ana.email).code
    confirmed = ana.client.post("/sign-in/again", data={"code": code})
    assert (confirmed.status_code, confirmed.headers["location"]) == (303, "/me")
    assert is_taken_away(confirmed, "firsthand-code")
    assert cookie(confirmed, "firsthand")["max-age"] == str(90 * 86_400)


def test_signing_out_takes_the_sessions_cookie_away(house: House) -> None:
    assert is_taken_away(house.person().client.delete("/session"), "firsthand")


def test_one_confirms_with_a_code_to_ones_own_address_only(house: House) -> None:
    ana = house.person()
    assert CODE_FIELD not in ana.client.get("/sign-in/again").text
    asked(house, ana.client, "thief@example.org")
    assert CODE_FIELD not in ana.client.get("/sign-in/again").text
    asked(house, ana.client, ana.email)
    assert CODE_FIELD in ana.client.get("/sign-in/again").text


def test_confirming_sends_no_more_mail_than_signing_in(
    post_office: House, mailbox: Mailbox
) -> None:
    ana = post_office.person(email="ana@example.org")
    sent = [ana.client.post("/sign-in/again/mail") for _ in range(CODES_AN_ADDRESS + 1)]
    assert {(each.status_code, each.headers["location"]) for each in sent} == {
        (303, "/sign-in/again?next=/me")
    }
    post_office.client().post("/sign-in", data={"email": MIRA})
    mailbox.wait_for(MIRA)
    assert len([each for each in mailbox.messages if each["To"] == ana.email]) == CODES_AN_ADDRESS


def test_confirming_here_leaves_the_other_browsers_as_they_are(house: House) -> None:
    ana, elsewhere = house.person(), house.client()
    again = house.client()
    code = asked(house, again, ana.email).code
    assert again.post("/sign-in/code", data={"code": code}).status_code == 303
    elsewhere.cookies.set("firsthand", again.cookies["firsthand"])
    code = asked(house, ana.client, ana.email).code
    assert ana.client.post("/sign-in/again", data={"code": code}).status_code == 303
    house.app.state.viewers.forget_everybody()
    assert elsewhere.get("/api/v1/me").json()["id"] == str(ana.id)


def test_a_session_that_has_ended_before_it_is_shown_signs_nobody_in(house: House) -> None:
    with pytest.raises(NotSignedIn):
        asyncio.run(signed_in(house.db, house.settings, "ended", "/people"))


def test_the_tabs_of_one_browser_do_not_end_each_others_passkey(house: House) -> None:
    ana, device = house.person(), Authenticator(BASE_URL, "127.0.0.1")
    made = device.make(ana.client.post("/me/passkeys/challenge").json())
    assert ana.client.post("/me/passkeys", data={"credential": made}).status_code == 303
    client = house.client()
    tab, _ = (client.post("/sign-in/passkey/challenge").json() for _ in range(2))
    entered = client.post("/sign-in/passkey", data={"credential": device.sign(tab)})
    assert entered.status_code == 303


def test_a_challenge_is_kept_nowhere_and_its_cookie_for_five_minutes(house: House) -> None:
    challenged = house.client().post("/sign-in/passkey/challenge")
    assert challenged.headers["cache-control"] == "no-store"
    assert cookie(challenged, "firsthand-passkey")["max-age"] == "300"
