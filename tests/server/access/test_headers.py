"""What every answer carries, whoever gives it: pages, files, refusals, and what breaks."""

import re
from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from tests.mailbox import Mailbox
from tests.server.access.matrix import ENDS, MATRIX
from tests.server.house import House

SECURE = "https://meet.example.org"
FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
OF_FILES = {"default-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'"}
DIRECTIVES = {
    "default-src": "'none'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
}


@pytest.fixture(scope="module")
def secure(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A house that is reached by https."""
    file = tmp_path_factory.mktemp("secure") / "firsthand.db"
    file.write_bytes(Path(request.getfixturevalue("sqlite_template")).read_bytes())
    with Mailbox() as mailbox:
        house = House(f"sqlite:///{file}", base_url=SECURE, smtp_url=mailbox.url)
        yield house
        house.close()


def policy(answer: httpx.Response) -> dict[str, str]:
    found: dict[str, str] = {}
    for directive in answer.headers["content-security-policy"].split(";"):
        name, _, value = directive.strip().partition(" ")
        found[name] = value
    return found


def check(answer: httpx.Response) -> None:
    where = f"{answer.request.method} {answer.request.url}: {answer.status_code}"
    is_file = answer.request.url.path.startswith("/static/")
    assert policy(answer).items() >= (OF_FILES if is_file else DIRECTIVES).items(), where
    assert "unsafe-inline" not in answer.headers["content-security-policy"], where
    assert "'unsafe-eval'" not in answer.headers["content-security-policy"], where
    hsts = answer.headers["strict-transport-security"]
    assert int(re.findall(r"max-age=(\d+)", hsts)[0]) >= 365 * 86_400, where
    assert "includeSubDomains" in hsts, where
    assert answer.headers["x-content-type-options"] == "nosniff", where
    assert answer.headers["referrer-policy"] in {"same-origin", "no-referrer"}, where
    assert answer.headers["cross-origin-resource-policy"] == "same-origin", where
    if not is_file:
        assert answer.headers["cross-origin-opener-policy"] == "same-origin", where
        assert "camera=" in answer.headers["permissions-policy"], where
    for name in ("content-security-policy", "strict-transport-security", "referrer-policy"):
        assert len(answer.headers.get_list(name)) == 1, where
    assert "access-control-allow-origin" not in answer.headers, where


@pytest.mark.parametrize("signed_in", [False, True])
def test_every_route_answers_with_them(secure: House, signed_in: bool) -> None:
    client = secure.person().client if signed_in else secure.client()
    for path, methods in MATRIX.items():
        for method in methods:
            if (path, method) not in ENDS:
                check(client.request(method, re.sub(r"\{[^}]*\}", "nothing", path)))


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nothing/here", {}, 404),
        ("DELETE", "/sign-in", {}, 405),
        ("TRACE", "/", {}, 405),
        ("GET", "/", {"Host": "elsewhere.example"}, 400),
        ("POST", "/sign-in", FOREIGN, 403),
        ("GET", "/api/v1/me", {}, 401),
        ("GET", "/me", {}, 303),
        ("GET", "/static/nothing.js", {}, 404),
    ],
)
def test_refusals_carry_them_too(
    secure: House, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = secure.client().request(method, path, headers=headers)
    assert answer.status_code == status
    check(answer)


def test_what_breaks_carries_them_too(secure: House) -> None:
    person = secure.person()
    away = text("ALTER TABLE follow_up RENAME TO gone")
    back = text("ALTER TABLE gone RENAME TO follow_up")
    secure.db.write_now(lambda session: session.execute(away))
    answer = person.client.get("/follow-ups")
    secure.db.write_now(lambda session: session.execute(back))
    assert answer.status_code in {500, 503}
    check(answer)


def test_only_the_scanner_may_ask_for_the_camera_and_only_its_decoder_runs_wasm(
    secure: House,
) -> None:
    client = secure.client()
    assert "camera=(self)" in client.get("/scan").headers["permissions-policy"]
    assert "camera=()" in client.get("/").headers["permissions-policy"]
    assert "wasm" not in client.get("/scan").headers["content-security-policy"]
    decoder = re.findall(r'data-worker="([^"]+)"', client.get("/scan").text)[0]
    assert "'wasm-unsafe-eval'" in client.get(decoder).headers["content-security-policy"]


def test_by_http_nobody_is_told_to_come_by_https(house: House) -> None:
    assert "strict-transport-security" not in house.client().get("/").headers


def cookies_set(answer: httpx.Response) -> Iterator[Morsel[str]]:
    for line in answer.headers.get_list("set-cookie"):
        yield from SimpleCookie(line).values()


def test_every_cookie_is_bound_to_this_host_and_hidden_from_scripts(secure: House) -> None:
    client = secure.client()
    answers = [
        client.post("/sign-in", data={"email": "ana@example.org"}),
        client.post("/sign-in/code", data={"code": "WRONG"}),
        client.request("DELETE", "/session"),
        secure.person().client.request("DELETE", "/sessions"),
    ]
    seen = [morsel for answer in answers for morsel in cookies_set(answer)]
    assert {morsel.key for morsel in seen} >= {"__Host-firsthand", "__Host-firsthand-code"}
    for morsel in seen:
        assert morsel.key.startswith("__Host-")
        assert (morsel["secure"], morsel["httponly"]) == (True, True)
        assert (morsel["path"], morsel["domain"], morsel["samesite"]) == ("/", "", "lax")
