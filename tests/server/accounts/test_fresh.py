"""What is dangerous asks who signed in a while ago whether it is still them."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account, ApiToken, EmailCode, SignInSession
from firsthand.accounts.signing_in import FRESH_FOR
from firsthand.db import now
from tests.authenticator import Authenticator
from tests.mailbox import Mailbox
from tests.server.house import BASE_URL, House, Person

DANGEROUS = [
    ("DELETE", "/me"),
    ("POST", "/me/import"),
    ("GET", "/me/export"),
    ("POST", "/me/tokens"),
    ("POST", "/me/feeds"),
    ("POST", "/me/address-books"),
    ("GET", "/me/passkeys/new"),
    ("POST", "/me/passkeys"),
    ("POST", "/me/passkeys/challenge"),
    ("DELETE", "/me/passkeys/0197a000-0000-7000-8000-000000000000"),
    ("POST", "/me/recovery-codes"),
    ("POST", "/me/identities"),
    ("PUT", "/me/identities/offered"),
    ("DELETE", "/me/identities/0197a000-0000-7000-8000-000000000000"),
    ("DELETE", "/sessions"),
    ("DELETE", "/sessions/others"),
    ("DELETE", "/sessions/000000000000"),
]


def stale(house: House, by: timedelta = FRESH_FOR) -> None:
    """Everybody has signed in so long ago."""

    def age(session: Session) -> None:
        session.execute(update(SignInSession).values(fresh_at=now() - by))

    house.db.write_now(age)
    house.app.state.viewers.forget_everybody()


def code_in(mailbox: Mailbox, email: str) -> str:
    text = str(mailbox.wait_for(email).get_content())
    found = re.search(r"\b([2-9A-Z]{4}-[2-9A-Z]{4})\b", text)
    assert found, text
    return found[1]


def ask(person: Person, method: str, path: str, **more: Any) -> httpx.Response:
    form: dict[str, Any] = {"confirm": person.email, "scope": "read"}
    data: dict[str, Any] = {} if method == "GET" else {"data": form}
    return person.client.request(method, path, **data, **more)


def send_code(person: Person, path: str = "/me") -> httpx.Response:
    return person.client.post("/sign-in/again/mail", data={"next": path})


def confirm(client: httpx.Client, code: str, path: str = "/me") -> httpx.Response:
    return client.post("/sign-in/again", data={"code": code, "next": path})


@pytest.mark.parametrize(("method", "path"), DANGEROUS)
def test_after_a_quarter_of_an_hour_one_is_asked_and_nothing_is_done(
    house: House, method: str, path: str
) -> None:
    ana = house.person()
    stale(house)
    sent = ask(ana, method, path)
    assert sent.status_code == 303
    back = path if method == "GET" else "/me"
    assert sent.headers["location"] == f"/sign-in/again?next={back}"
    accounts = house.db.read_now(lambda s: s.scalars(select(Account.id)).all())
    assert accounts == [ana.id]
    assert ana.client.get("/api/v1/me").status_code == 200
    assert len(house.db.read_now(lambda s: s.scalars(select(ApiToken)).all())) == 1


@pytest.mark.parametrize(("method", "path"), DANGEROUS)
def test_just_before_that_nobody_is_asked(house: House, method: str, path: str) -> None:
    ana = house.person()
    stale(house, FRESH_FOR - timedelta(minutes=1))
    sent = ask(ana, method, path)
    assert not sent.headers.get("location", "").startswith("/sign-in/again")


def test_htmx_is_sent_there_too(house: House) -> None:
    ana = house.person()
    stale(house)
    sent = ask(ana, "POST", "/me/tokens", headers={"HX-Request": "true"})
    assert sent.status_code == 403
    assert sent.headers["hx-redirect"] == "/sign-in/again?next=/me"


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        (f"{BASE_URL}/me/passkeys/new?x=1", "/me/passkeys/new"),
        ("https://evil.example/people", "/me"),
        (f"{BASE_URL}//evil.example", "/me"),
        ("http://[", "/me"),
        ("\u00e9" * 3000, "/me"),
    ],
)
def test_a_form_leads_back_to_the_page_on_which_it_stands(
    house: House, referer: str, back: str
) -> None:
    ana = house.person()
    stale(house)
    sent = ask(ana, "POST", "/me/recovery-codes", headers={"Referer": referer.encode()})
    cancel = "" if back == "/me" else f"&back={back}"
    assert sent.headers["location"] == f"/sign-in/again?next={back}{cancel}"


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/api/v1/me"), ("GET", "/api/v1/me/export")]
)
def test_a_program_with_the_cookie_is_told_so(house: House, method: str, path: str) -> None:
    ana = house.person()
    stale(house)
    refused = ana.client.request(method, path)
    assert refused.status_code == 403
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert "/sign-in/again" in refused.json()["detail"]


def test_a_bearer_token_is_not_asked(house: House) -> None:
    ana = house.person()
    stale(house)
    script = house.client()
    assert script.get("/api/v1/me/export", headers=ana.bearer).status_code == 200
    assert script.delete("/api/v1/me", headers=ana.bearer).status_code == 204


def test_a_bearer_token_has_nothing_to_confirm(house: House) -> None:
    ana = house.person()
    script = house.client()
    for method, path in (("GET", ""), ("POST", ""), ("POST", "/mail"), ("POST", "/challenge")):
        answer = script.request(method, f"/sign-in/again{path}", headers=ana.bearer)
        assert answer.status_code == 403


def test_a_code_from_the_mail_confirms_it_and_leads_back(
    post_office: House, mailbox: Mailbox
) -> None:
    ana = post_office.person(email="ana@example.org")
    old = ana.client.cookies["firsthand"]
    stale(post_office)
    page = ana.client.get("/sign-in/again?next=/me/export").text
    assert "Send me a code" in page
    assert "Confirm with a passkey" not in page
    sent = send_code(ana, "/me/export")
    assert sent.headers["location"] == "/sign-in/again?next=/me/export"
    assert 'name="code"' in ana.client.get(sent.headers["location"]).text
    confirmed = confirm(ana.client, code_in(mailbox, ana.email), "/me/export")
    assert confirmed.status_code == 303
    assert confirmed.headers["location"] == "/me/export"
    assert ana.client.get("/me/export").status_code == 200
    # The secret is a new one, and the old one opens nothing, not even for a second.
    assert f"firsthand={old};" not in confirmed.headers["set-cookie"]
    stolen = post_office.client()
    stolen.cookies.set("firsthand", old)
    assert stolen.get("/api/v1/me").status_code == 401
    sessions = post_office.db.read_now(lambda s: s.scalars(select(SignInSession)).all())
    assert len(sessions) == 1


def test_confirming_here_does_not_confirm_for_another_browser(
    post_office: House, mailbox: Mailbox
) -> None:
    ana, elsewhere = post_office.person(email="ana@example.org"), post_office.client()
    elsewhere.post("/sign-in", data={"email": ana.email})
    elsewhere.post("/sign-in/code", data={"code": code_in(mailbox, ana.email)})
    stale(post_office)
    mailbox.clear()
    send_code(ana)
    assert confirm(ana.client, code_in(mailbox, ana.email)).status_code == 303
    assert ana.client.get("/me/export").status_code == 200
    assert elsewhere.get("/me/export").status_code == 303


def test_a_wrong_code_confirms_nothing(post_office: House, mailbox: Mailbox) -> None:
    ana = post_office.person(email="ana@example.org")
    stale(post_office)
    send_code(ana)
    refused = confirm(ana.client, "AAAA-AAAA")
    assert refused.status_code == 400
    assert "not the code we sent" in refused.text
    assert ana.client.get("/me/export").status_code == 303


def test_the_code_of_another_address_confirms_nothing(post_office: House, mailbox: Mailbox) -> None:
    """Whoever sits at an open laptop has an address, too."""
    ana = post_office.person(email="ana@example.org")
    stale(post_office)
    ana.client.post("/sign-in", data={"email": "thief@example.org"})
    code = code_in(mailbox, "thief@example.org")
    assert confirm(ana.client, code).status_code == 400
    assert ana.client.get("/me/export").status_code == 303
    accounts = post_office.db.read_now(lambda s: s.scalars(select(Account.email)).all())
    assert accounts == [ana.email]


def test_a_session_that_was_ended_elsewhere_is_not_brought_back(
    post_office: House, mailbox: Mailbox
) -> None:
    ana = post_office.person(email="ana@example.org")
    stale(post_office)
    send_code(ana)
    code = code_in(mailbox, ana.email)
    # As another replica does it: this one still remembers the session for a moment.
    ana.client.get("/api/v1/me")

    def end(session: Session) -> None:
        session.query(SignInSession).delete()

    post_office.db.write_now(end)
    confirm(ana.client, code)
    assert post_office.db.read_now(lambda s: s.scalars(select(SignInSession)).all()) == []
    post_office.app.state.viewers.forget_everybody()
    assert ana.client.get("/api/v1/me").status_code == 401


def test_a_passkey_confirms_it(house: House) -> None:
    ana, device = house.person(), Authenticator(BASE_URL, "127.0.0.1")
    made = device.make(ana.client.post("/me/passkeys/challenge").json())
    ana.client.post("/me/passkeys", data={"credential": made})
    stale(house)
    assert "Confirm with a passkey" in ana.client.get("/sign-in/again").text
    wanted = ana.client.post("/sign-in/again/challenge").json()
    assert len(wanted["allowCredentials"]) == 1
    answer = device.sign(wanted)
    confirmed = ana.client.post("/sign-in/again", data={"credential": answer, "next": "/me/export"})
    assert confirmed.status_code == 303
    assert ana.client.get("/me/export").status_code == 200


def test_another_persons_passkey_confirms_nothing(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    devices = {}
    for person in (ana, ben):
        devices[person.id] = Authenticator(BASE_URL, "127.0.0.1")
        made = devices[person.id].make(person.client.post("/me/passkeys/challenge").json())
        person.client.post("/me/passkeys", data={"credential": made})
    stale(house)
    for handle in (devices[ben.id].handle, devices[ana.id].handle, b""):
        device = devices[ben.id]
        device.handle = handle
        answer = device.sign(ana.client.post("/sign-in/again/challenge").json())
        refused = ana.client.post("/sign-in/again", data={"credential": answer})
        assert refused.status_code == 400
        assert "did not confirm it" in refused.text
    assert ana.client.get("/me/export").status_code == 303


def test_without_a_passkey_there_is_no_challenge(house: House) -> None:
    assert house.person().client.post("/sign-in/again/challenge").status_code == 404


def test_the_code_goes_to_the_accounts_own_address_only(
    post_office: House, mailbox: Mailbox
) -> None:
    ana = post_office.person(email="ana@example.org")
    ana.client.post("/sign-in/again/mail", data={"email": "thief@example.org"})
    mailbox.wait_for(ana.email)
    assert len(mailbox.messages) == 1
    asked = post_office.db.read_now(lambda s: s.scalars(select(EmailCode.email)).all())
    assert asked == [ana.email]


def test_a_server_without_mail_says_so(house: House) -> None:
    refused = send_code(house.person())
    assert refused.status_code == 503
    assert "cannot send mail" in refused.text


def test_the_demo_shows_the_code(demo_house: House) -> None:
    ana = demo_house.person()
    stale(demo_house)
    page = send_code(ana)
    shown = re.search(r'value="([2-9A-Z]{4}-[2-9A-Z]{4})"', page.text)
    assert shown
    assert confirm(ana.client, shown[1]).status_code == 303
    assert ana.client.get("/me/export").status_code == 200


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_only_paths_of_this_site_are_gone_back_to(house: House, path: str) -> None:
    page = house.person().client.get("/sign-in/again", params={"next": path}).text
    assert 'name="next" value="/me"' in page


def test_one_can_go_back_to_where_one_came_from_instead(post_office: House) -> None:
    ana = post_office.person()
    stale(post_office)
    referer = {"Referer": f"{BASE_URL}/people"}
    sent = ana.client.get("/me/export", headers=referer).headers["location"]
    assert sent == "/sign-in/again?next=/me/export&back=/people"
    assert _cancel(ana.client.get(sent).text) == "/people"
    form = {"next": "/me/export", "back": "/people"}
    mailed = ana.client.post("/sign-in/again/mail", data=form)
    assert mailed.headers["location"] == sent
    wrong = ana.client.post("/sign-in/again", data={**form, "code": "WRONG"})
    assert _cancel(wrong.text) == "/people"


@pytest.mark.parametrize("back", ["", "//evil.example", "https://evil.example", "/\\evil.example"])
def test_to_no_other_site_and_else_to_ones_own_page(house: House, back: str) -> None:
    params = {"next": "/me/export", "back": back}
    assert _cancel(house.person().client.get("/sign-in/again", params=params).text) == "/me"


def _cancel(page: str) -> str:
    found = re.search(r'href="([^"]*)">Cancel</a>', page)
    assert found, page
    return found[1]


def test_nobody_sends_a_large_file_only_to_be_asked_then(house: House) -> None:
    ana = house.person()
    assert 'action="/me/import"' in ana.client.get("/me").text
    stale(house)
    page = ana.client.get("/me").text
    assert 'action="/me/import"' not in page
    assert 'href="/sign-in/again?next=/me"' in page


def test_whoever_is_signed_out_signs_in_first(house: House) -> None:
    sent = house.client().get("/sign-in/again?next=/me/export")
    assert sent.headers["location"].startswith("/sign-in?next=")
