"""Who asks: told by a session's cookie or by a program's token, once for each request."""

import asyncio
from typing import Any, cast

import pytest
from litestar import Request
from litestar.types import HTTPScope
from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from firsthand.accounts import viewers
from firsthand.accounts.models import Account
from firsthand.accounts.tokens import add_address_book, add_token
from firsthand.requests import asker_is_gone, peer_address, viewer_or_none
from tests.server.house import House, Person
from tests.statements import statements

ME = "/api/v1/me"


def status(house: House, authorization: str, method: str = "GET", path: str = ME) -> int:
    headers = {"Authorization": authorization}
    return house.client().request(method, path, headers=headers, json={}).status_code


def token(house: House, person: Person, *scopes: str) -> str:
    return house.db.write_now(add_token, person.id, scopes, "")


# -- tokens


def test_a_token_opens_by_its_own_scheme_however_that_is_written(house: House) -> None:
    ana = house.person()
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert status(house, f"{scheme} {ana.token}") == 200
    for refused in (f"Basic {ana.token}", f"Token {ana.token}", ana.token, "Bearer", ""):
        assert status(house, refused) == 401


def test_a_sessions_secret_is_no_token(house: House) -> None:
    cookie = house.person().client.cookies[house.settings.session_cookie]
    assert status(house, f"Bearer {cookie}") == 401


def test_an_address_books_password_opens_nothing_else(house: House) -> None:
    password = house.db.write_now(add_address_book, house.person().id, "phone")
    assert status(house, f"Bearer {password}") == 401


def test_who_sends_a_token_is_judged_by_it_alone(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    assert ana.client.get(ME, headers=ben.bearer).json()["name"] == "Ben"
    for wrong in ("Bearer fh_wrong", "Bearer", ""):
        assert ana.client.get(ME, headers={"Authorization": wrong}).status_code == 401


@pytest.mark.parametrize(
    ("scope", "opens"),
    [
        ("read", [200, 403, 403, 403]),
        ("write", [403, 200, 403, 403]),
        ("organise", [403, 403, 200, 400]),
    ],
)
def test_a_token_may_do_what_its_scope_says(house: House, scope: str, opens: list[int]) -> None:
    bearer = f"Bearer {token(house, house.person(), scope)}"
    asked = [("GET", ME), ("PATCH", ME), ("GET", "/api/v1/events"), ("POST", "/api/v1/events")]
    assert [status(house, bearer, method, path) for method, path in asked] == opens


def test_a_token_confirms_nothing_and_a_session_does(house: House) -> None:
    ana = house.person()
    told = house.client().get("/sign-in/again", headers=ana.bearer)
    assert told.status_code == 403
    assert ana.client.get("/sign-in/again").status_code == 200


@pytest.mark.parametrize("path", ["/organise", "/organise/new", "/people"])
def test_whoever_is_signed_out_signs_in_and_is_led_back(house: House, path: str) -> None:
    sent = house.client().get(path)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/sign-in?next={path}")


# -- whose the answer is


def test_a_browser_is_told_whose_an_answer_is_and_a_program_is_not(house: House) -> None:
    ana = house.person()
    assert ana.client.get("/me").headers["firsthand-account"] == ana.id.hex
    assert ana.client.get(ME).headers["firsthand-account"] == ana.id.hex
    assert house.client().get("/").headers["firsthand-account"] == "none"
    assert house.client().get(ME).headers["firsthand-account"] == "none"
    for secret in (ana.token, "fh_wrong"):
        program = house.client().get(ME, headers={"Authorization": f"Bearer {secret}"})
        assert "firsthand-account" not in program.headers
    assert "firsthand-account" not in ana.client.get("/health/live").headers


def test_what_is_meant_for_another_account_is_not_taken(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")

    def rename(meant: str) -> int:
        headers = {"Firsthand-Account": meant}
        return ben.client.patch(ME, json={"name": "Benno"}, headers=headers).status_code

    assert [rename(meant) for meant in (str(ana.id), "nobody", "")] == [409, 409, 409]
    assert ben.client.get(ME).json()["name"] == "Ben"
    assert [rename(meant) for meant in (str(ben.id), str(ben.id).upper())] == [200, 200]


def looked_for(said: list[str]) -> int:
    return len([each for each in said if "sign_in_session" in each])


def test_who_asks_is_looked_for_once_for_each_request(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if so much time went by between any two looks.
    monkeypatch.setattr(viewers, "_SECONDS", 0.0)
    ana = house.person()
    with statements() as said:
        assert ana.client.get(ME).status_code == 200
    assert looked_for(said) == 1


@pytest.mark.parametrize(("cookie", "times"), [("", 0), ("x" * 200, 1), ("x" * 201, 0)])
def test_what_is_no_secret_of_ours_is_not_even_looked_for(
    house: House, cookie: str, times: int
) -> None:
    sent = {"Cookie": f"{house.settings.session_cookie}={cookie}"}
    with statements() as said:
        assert house.client().get(ME, headers=sent).status_code == 401
    assert looked_for(said) == times


# -- what goes wrong meanwhile


def delete_elsewhere(house: House, person: Person) -> None:
    """As another replica does it: this one knows nothing of it."""
    gone = delete(Account).where(Account.id == person.id)
    house.db.write_now(lambda session: session.execute(gone))


def test_who_was_deleted_elsewhere_a_moment_ago_is_told_to_sign_in(house: House) -> None:
    ana = house.person()
    assert ana.client.get(ME).status_code == 200
    delete_elsewhere(house, ana)
    assert ana.client.post("/api/v1/meetings", json={"name": "Fenna"}).status_code == 401


def test_only_who_asks_and_is_there_no_more_is_gone(house: House) -> None:
    ana, ben, nobody = house.person("Ana"), house.person("Ben"), house.client()
    asked = [_asked(house, dict(client.cookies)) for client in (ana.client, ben.client, nobody)]
    delete_elsewhere(house, ana)
    assert [asker_is_gone(request) for request in asked] == [True, False, False]


def _asked(house: House, cookies: dict[str, str]) -> Request[Any, Any, Any]:
    """A request of which it is known who asks."""
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    scope = {
        "type": "http",
        "headers": [(b"cookie", cookie.encode())],
        "litestar_app": house.app,
        "state": {},
    }
    request: Request[Any, Any, Any] = Request(cast(HTTPScope, scope))
    asyncio.run(_judge(request))
    return request


async def _judge(request: Request[Any, Any, Any]) -> None:
    await viewer_or_none(request)


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_what_fails_is_told_in_the_frame_of_who_is_known_to_ask(house: House) -> None:
    ana = house.person()
    with_its_table_away: dict[str, Any] = {}

    def rename(old: str, new: str) -> None:
        def renamed(session: Session) -> None:
            session.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

        house.db.write_now(renamed)

    for table, path in (("follow_up", "/follow-ups"), ("email_code", "/sign-in/code")):
        rename(table, "elsewhere")
        with_its_table_away[path] = ana.client.get(path)
        rename("elsewhere", table)
    assert {answer.status_code for answer in with_its_table_away.values()} == {503}
    assert 'class="bar"' in with_its_table_away["/follow-ups"].text
    # There nobody had asked yet who it is.
    assert 'class="bar"' not in with_its_table_away["/sign-in/code"].text
    assert "Sign in" not in with_its_table_away["/sign-in/code"].text


# -- from where


@pytest.mark.parametrize(
    ("peer", "forwarded", "is_asked_by"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", " ", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.5, ", "127.0.0.1"),
        ("127.0.0.1", "x" * 65, "x" * 64),
        ("a socket", "203.0.113.5", "a socket"),
        (None, "203.0.113.5", ""),
    ],
)
def test_who_asks_without_an_address_is_told_as_far_as_anybody_says(
    peer: str | None, forwarded: str | None, is_asked_by: str
) -> None:
    scope = {
        "type": "http",
        "client": (peer, 1234) if peer else None,
        "headers": [(b"x-forwarded-for", forwarded.encode())] if forwarded else [],
    }
    assert peer_address(Request(cast(HTTPScope, scope))) == is_asked_by
