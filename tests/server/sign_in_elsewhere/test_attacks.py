"""What somebody tries who wants into another's account, and what a provider says that lies."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from time import time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.db import now
from firsthand.sign_in_elsewhere.models import SignInElsewhere
from firsthand.sign_in_elsewhere.ways import Goal, Starter, begin
from tests.providers import answer_json
from tests.server.sign_in_elsewhere.conftest import GOOGLE, OWN, World, is_signed_in

Sign = Callable[[dict[str, str], dict[str, Any]], str]


def changed(path: str, **parameters: str | None) -> str:
    """The path with other parameters; None takes one away."""
    parts = urlsplit(path)
    asked: dict[str, str | None] = {**dict(parse_qsl(parts.query)), **parameters}
    return f"{parts.path}?{urlencode({k: v for k, v in asked.items() if v is not None})}"


# -- state, code, cookie


def test_the_state_of_another_browser_signs_nobody_in(world: World) -> None:
    """Login CSRF: Eve sends Ana the end of a sign-in that Eve began."""
    eve, ana = world.house.client(), world.house.client()
    back = world.back(world.start(eve, "openid"))
    world.start(ana, "openid")
    assert ana.get(back).status_code == 400
    assert not is_signed_in(ana)
    # Nor has Ana's browser taken it from the one that began it.
    eve.get(back)
    assert is_signed_in(eve)


def test_without_the_cookie_nobody_is_signed_in(world: World) -> None:
    client = world.house.client()
    back = world.back(world.start(client, "openid"))
    client.cookies.clear()
    answer = client.get(back)
    assert answer.status_code == 400
    assert "was not begun in this browser" in answer.text
    assert not is_signed_in(client)


def test_an_answer_works_once(world: World) -> None:
    client = world.house.client()
    back = world.back(world.start(client, "openid"))
    assert client.get(back).status_code == 303
    client.cookies.delete(world.house.settings.session_cookie)
    assert client.get(back).status_code == 400
    assert not is_signed_in(client)


def test_an_answer_is_not_waited_for_longer_than_ten_minutes(world: World) -> None:
    client = world.house.client()
    back = world.back(world.start(client, "openid"))

    def grow_old(session: Session) -> None:
        session.execute(update(SignInElsewhere).values(expires_at=now() - timedelta(seconds=1)))

    world.house.db.write_now(grow_old)
    assert client.get(back).status_code == 400
    assert not is_signed_in(client)


@pytest.mark.parametrize("change", [{"state": None}, {"state": "x"}, {"code": None}, {"code": "x"}])
def test_a_state_or_code_that_nobody_gave_is_refused(
    world: World, change: dict[str, str | None]
) -> None:
    client = world.house.client()
    back = world.back(world.start(client, "openid"))
    assert client.get(changed(back, **change)).status_code == 400
    assert not is_signed_in(client)


def test_a_code_that_was_meant_for_another_browser_is_of_no_use(world: World) -> None:
    """Injected into Eve's own way: the provider holds it against another code challenge."""
    ana, eve = world.house.client(), world.house.client()
    stolen = parse_qs(urlsplit(world.back(world.start(ana, "openid"))).query)["code"][0]
    back = world.back(world.start(eve, "openid"))
    answer = eve.get(changed(back, code=stolen))
    assert answer.status_code == 400
    assert "does not accept this any more" in answer.text
    assert not is_signed_in(eve)


def test_a_parameter_that_is_there_twice_counts_for_nothing(world: World) -> None:
    client = world.house.client()
    back = world.back(world.start(client, "openid"))
    assert client.get(f"{back}&code=another").status_code == 400
    assert not is_signed_in(client)


def test_the_cookie_and_the_state_are_kept_as_hashes_only(world: World) -> None:
    client = world.house.client()
    there = parse_qs(urlsplit(world.there(world.start(client, "openid"))).query)
    cookie = client.cookies[f"{world.house.settings.session_cookie}-elsewhere"]

    def rows(session: Session) -> str:
        return str([vars(row) for row in session.scalars(select(SignInElsewhere))])

    kept = world.house.db.read_now(rows)
    for secret in (cookie, there["state"][0], there["nonce"][0], there["code_challenge"][0]):
        assert len(secret) >= 43
        assert secret not in kept


def test_another_site_cannot_begin_a_sign_in_or_a_link(world: World) -> None:
    ana = world.house.person()
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    for path in ("/sign-in/with/github", "/me/identities"):
        answer = ana.client.post(path, data={"provider": "github"}, headers=elsewhere)
        assert answer.status_code == 403


# -- mix-up


def test_an_answer_at_another_providers_address_is_refused(world: World) -> None:
    client = world.house.client()
    back = world.back(world.start(client, "google"))
    assert client.get(back.replace("/google/", "/openid/")).status_code == 400
    assert not is_signed_in(client)


@pytest.mark.parametrize("issuer", ["https://accounts.google.com", "https://login.example/", ""])
def test_an_answer_that_names_another_issuer_is_refused(world: World, issuer: str) -> None:
    client = world.house.client()
    back = changed(world.back(world.start(client, "openid")), iss=issuer)
    if not issuer:
        back += "&iss="
    assert client.get(back).status_code == 400
    assert not is_signed_in(client)


def test_a_provider_that_says_that_it_names_itself_has_to(world: World) -> None:
    world.own.metadata = {"authorization_response_iss_parameter_supported": True}
    client = world.house.client()
    assert world.sign_in(client, "openid").status_code == 400
    world.own.iss = "https://login.example"
    assert world.sign_in(client, "openid").status_code == 303


def test_a_provider_that_says_it_is_another_is_not_believed(world: World) -> None:
    world.own.metadata = {"issuer": "https://accounts.google.com"}
    answer = world.start(world.house.client(), "openid")
    assert answer.status_code == 502
    assert "says that it is another provider" in answer.text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://login.example/", "data:text/html,x", "https://a b"]
)
def test_nobody_is_sent_to_what_is_no_page(world: World, url: str) -> None:
    world.own.metadata = {"authorization_endpoint": url}
    answer = world.start(world.house.client(), "openid")
    assert answer.status_code == 502
    assert url not in answer.text


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_nobody_is_sent_on_to_another_site(world: World, path: str) -> None:
    client = world.house.client()
    answer = world.sign_in(client, "openid", next=path)
    assert answer.headers["location"] == "/welcome?next=/"


# -- the ID token


def _signed_by(key: RSAKey) -> Sign:
    return lambda header, claims: jwt.encode(header, claims, key)


def _written(header: dict[str, str], claims: dict[str, Any]) -> str:
    """By hand: the library makes no such tokens."""
    return ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unsigned(header: dict[str, str], claims: dict[str, Any]) -> str:
    return f"{_written({**header, 'alg': 'none'}, claims)}."


def _with_a_secret(secret: bytes) -> Sign:
    def sign(header: dict[str, str], claims: dict[str, Any]) -> str:
        text = _written({**header, "alg": "HS256"}, claims)
        return f"{text}.{_base64(hmac.digest(secret, text.encode(), 'sha256'))}"

    return sign


def _public(key: RSAKey) -> bytes:
    return key.public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _with_its_own_key(key: RSAKey) -> Sign:
    return lambda header, claims: jwt.encode({**header, "jwk": key.as_dict(False)}, claims, key)


@pytest.mark.parametrize(
    "how",
    [
        "another key",
        "none",
        "HS256 with the public key",
        "HS256 with our secret",
        "its own key",
    ],
)
def test_an_id_token_that_the_provider_has_not_signed_is_refused(world: World, how: str) -> None:
    other = RSAKey.generate_key(2048)
    world.own.sign = {
        "another key": _signed_by(other),
        "none": _unsigned,
        "HS256 with the public key": _with_a_secret(_public(world.own.published)),
        "HS256 with our secret": _with_a_secret(OWN[1].encode()),
        "its own key": _with_its_own_key(other),
    }[how]
    client = world.house.client()
    answer = world.sign_in(client, "openid")
    assert answer.status_code == 400
    assert "is not proven to come from it" in answer.text
    assert not is_signed_in(client)


def _wrong_claims() -> dict[str, dict[str, Any]]:
    past, future = int(time()) - 3600, int(time()) + 3600
    return {
        "nonce": {"nonce": "of another sign-in"},
        "audience": {"aud": GOOGLE[0]},
        "audiences without a party": {"aud": [OWN[0], GOOGLE[0]]},
        "party": {"azp": GOOGLE[0]},
        "issuer": {"iss": "https://accounts.google.com"},
        "issuer with a slash": {"iss": "https://login.example/"},
        "expired": {"exp": past},
        "made in the future": {"iat": future},
        "not yet": {"nbf": future},
        "subject that is empty": {"sub": ""},
        "subject that is a number": {"sub": 7},
        "subject that is too long": {"sub": "x" * 256},
        "subject that no database keeps": {"sub": "ana\x00"},
        "expiry that is no time": {"exp": "tomorrow"},
        "hash of another token": {"at_hash": "x" * 22},
    }


@pytest.mark.parametrize("what", list(_wrong_claims()))
def test_an_id_token_that_is_not_for_this_question_is_refused(world: World, what: str) -> None:
    world.own.claims = _wrong_claims()[what]
    client = world.house.client()
    assert world.sign_in(client, "openid").status_code == 400
    assert not is_signed_in(client)


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "iat", "nonce"])
def test_an_id_token_lacks_nothing(world: World, name: str) -> None:
    world.own.without = (name,)
    client = world.house.client()
    assert world.sign_in(client, "openid").status_code == 400
    assert not is_signed_in(client)


def test_an_id_token_of_another_sign_in_is_refused(world: World) -> None:
    """Replayed: it is genuine, fresh, and an answer to another question."""
    kept: list[str] = []

    def keep(header: dict[str, str], claims: dict[str, Any]) -> str:
        kept.append(jwt.encode(header, claims, world.own.published))
        return kept[0]

    world.own.sign = keep
    world.sign_in(world.house.client(), "openid")
    eve = world.house.client()
    assert world.sign_in(eve, "openid").status_code == 400
    assert not is_signed_in(eve)


def test_another_persons_userinfo_adds_no_address(world: World) -> None:
    world.own.without = ("email", "email_verified")
    said = {"sub": "somebody-else", "email": "boss@example.org", "email_verified": True}
    world.own.for_who_has_a_token("/userinfo", lambda: said)
    client = world.house.client()
    assert world.sign_in(client, "openid").status_code == 403
    said["sub"] = "ana-1"
    assert world.sign_in(client, "openid").status_code == 303
    assert world.me(client)["email"] == "boss@example.org"


# -- providers that say no, nothing, or far too much


def _huge(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b"[" * 65_536)


def _elsewhere(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "https://other.example/token")
    handler.end_headers()


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda handler: answer_json(handler, {"error": "x"}, 500), 502),
        (lambda handler: answer_json(handler, {"error": "invalid_grant"}, 400), 400),
        (lambda handler: answer_json(handler, {"error": "bad_verification_code"}), 400),
        (lambda handler: answer_json(handler, ["token"]), 502),
        (lambda handler: answer_json(handler, {"access_token": 7}), 502),
        (lambda handler: answer_json(handler, {"access_token": "a\r\nX: b"}), 502),
        (lambda handler: answer_json(handler, {"access_token": "a", "id_token": "no"}), 400),
        (lambda handler: answer_json(handler, {"access_token": "a"}), 400),
        (_huge, 502),
        (_elsewhere, 502),
    ],
)
def test_a_provider_that_answers_badly_is_one_clear_card(
    world: World, answer: Callable[[BaseHTTPRequestHandler], None], status: int
) -> None:
    world.own.token = answer
    client = world.house.client()
    said = world.sign_in(client, "openid")
    assert said.status_code == status
    assert "You are not signed in" in said.text
    assert "Traceback" not in said.text
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        ("access_denied", 400, "You said no at Harbour"),
        ("temporarily_unavailable", 502, "just now"),
        ("<script>", 400, "did not sign you in"),
    ],
)
def test_a_person_who_says_no_is_told_that_nothing_was_changed(
    world: World, error: str, status: int, words: str
) -> None:
    world.own.error = error
    answer = world.sign_in(world.house.client(), "openid")
    assert answer.status_code == status
    assert words in answer.text
    assert "<script>" not in answer.text.partition("<main")[2]


def test_a_provider_that_hangs_is_given_up(world: World) -> None:
    world.change(patience=0.3)
    client = world.house.client()
    back = world.back(world.start(client, "openid"))

    def hang(handler: BaseHTTPRequestHandler) -> None:
        handler.rfile.read(1_000_000)

    world.own.token = hang
    answer = client.get(back)
    assert answer.status_code == 504
    assert "takes too long" in answer.text


def test_a_provider_that_is_away_is_said_at_once(world: World) -> None:
    world.inside.add("accounts.google.com")
    answer = world.start(world.house.client(), "google")
    assert answer.status_code == 502
    assert "accounts.google.com is not on the public internet" in answer.text
    del world.sites.pages["login.example", "/.well-known/openid-configuration"]
    assert world.start(world.house.client(), "openid").status_code == 502


def test_one_network_begins_only_so_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firsthand.sign_in_elsewhere.ways._WAYS_A_PEER", 3)
    answers = [world.start(world.house.client(), "github").status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]


def test_without_an_address_nobody_is_counted_with_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firsthand.sign_in_elsewhere.ways._WAYS_A_PEER", 1)
    goal = Goal("github", "https://github.com", "/")

    def begun(browser: str) -> str:
        return world.house.db.write_now(
            lambda session: begin(session, goal, Starter(browser), "a key")
        )

    assert begun("one browser") != begun("another browser")
