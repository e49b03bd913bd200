"""What is let in before any route is looked for, and as which method."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from litestar.types import Receive, Scope, Send

from firsthand.accounts.signing_in import hash_token
from firsthand.asked_from import AskedFrom, asked_from
from firsthand.requests import OurRequests, is_same_origin

HERE, HOST = "https://meet.example.org", "meet.example.org"
LOCAL = "http://127.0.0.1:8000"
FORM = "application/x-www-form-urlencoded"
LARGEST = 1_000_000
START = {"type": "http.response.start", "status": 200, "headers": []}


@dataclass
class Seen:
    """What came in to the application, if it was let in, and what went out."""

    method: str | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)
    asked_from: AskedFrom | None = None
    sent: list[dict[str, Any]] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)


def bodies(*parts: bytes) -> list[dict[str, Any]]:
    """The last leaves out that there is no more, as a server may."""
    more = [{"type": "http.request", "body": part, "more_body": True} for part in parts[:-1]]
    return [*more, {"type": "http.request", "body": parts[-1]}]


def ask(
    method: str = "GET",
    path: str = "/",
    headers: dict[str, str] | None = None,
    messages: Sequence[dict[str, Any]] = (),
    base_url: str = HERE,
) -> Seen:
    seen, waiting = Seen(), list(messages or bodies(b""))

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        seen.method, seen.asked_from = cast(Any, scope)["method"], asked_from()
        more = True
        while more:
            message = cast(dict[str, Any], await receive())
            seen.messages.append(message)
            more = message.get("more_body", False)
        await send(cast(Any, dict(START)))
        await send({"type": "http.response.body", "body": b"answer", "more_body": False})

    async def receive() -> Any:
        assert waiting, "more was asked for than there is"
        return waiting.pop(0)

    async def send(message: Any) -> None:
        seen.sent.append(message)

    given = {"host": HOST, **(headers or {})}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given.items()],
    }
    asyncio.run(OurRequests(answer, base_url)(cast(Scope, scope), receive, send))
    return seen


def refusal(seen: Seen) -> tuple[int, str]:
    """The status and the detail of what was not let in."""
    start, body = seen.sent
    assert (start["type"], body["type"]) == ("http.response.start", "http.response.body")
    assert start["headers"] == [(b"content-type", b"application/problem+json")]
    assert body["more_body"] is False
    told = json.loads(body["body"])
    assert told["status"] == start["status"]
    return start["status"], told["detail"]


# -- the name


@pytest.mark.parametrize(
    ("base_url", "host"),
    [(HERE, HOST), (HERE, f"{HOST}:443"), (HERE, "MEET.example.org")]
    + [(LOCAL, host) for host in ("127.0.0.1:8000", "localhost:8000", "[::1]:8000")],
)
def test_who_calls_us_by_our_name_is_let_in(base_url: str, host: str) -> None:
    assert ask(headers={"host": host}, base_url=base_url).method == "GET"


@pytest.mark.parametrize(
    ("base_url", "host"),
    [(HERE, host) for host in ("evil.example", "localhost", "127.0.0.1", "", "[::1", "x@y:z")]
    + [(LOCAL, "meet.example.org"), (LOCAL, f"{HOST}@evil.example")],
)
def test_another_name_is_not_answered(base_url: str, host: str) -> None:
    seen = ask(headers={"host": host}, base_url=base_url)
    assert seen.method is None
    assert refusal(seen) == (400, "This server does not answer to that name.")


def test_only_its_health_is_told_under_any_name() -> None:
    elsewhere = {"host": "10.0.0.7:8000"}
    assert ask(path="/health/live", headers=elsewhere).method == "GET"
    assert refusal(ask(path="/healthy", headers=elsewhere))[0] == 400


# -- from another site

CROSS = {"sec-fetch-site": "cross-site"}
FOREIGN = {"origin": "https://evil.example"}


@pytest.mark.parametrize("headers", [CROSS, FOREIGN, {"sec-fetch-site": "same-site"}])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_another_site_sends_changes_nothing(method: str, headers: dict[str, str]) -> None:
    seen = ask(method, headers=headers)
    assert seen.method is None
    assert refusal(seen) == (403, "This request came from another site.")


@pytest.mark.parametrize("headers", [CROSS, FOREIGN])
@pytest.mark.parametrize(("method", "asked"), [("GET", "GET"), ("OPTIONS", "OPTIONS")])
def test_another_site_may_link_here(method: str, asked: str, headers: dict[str, str]) -> None:
    assert ask(method, headers=headers).method == asked


def test_what_carries_a_token_comes_from_no_page() -> None:
    assert ask("POST", headers={**CROSS, "authorization": "Bearer fh_x"}).method == "POST"


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"origin": HERE}, True),
        ({"origin": "http://meet.example.org"}, False),
        ({"origin": f"{HERE}:8443"}, False),
        ({"origin": "null"}, False),
        # What the browser says of the request itself counts.
        ({"sec-fetch-site": "cross-site", "origin": HERE}, False),
        ({"sec-fetch-site": "same-origin", "origin": "https://evil.example"}, True),
    ],
)
def test_a_browser_says_from_which_site_it_comes(headers: dict[str, str], ours: bool) -> None:
    assert is_same_origin(headers, f"{HERE}/below") is ours


# -- the method


def sent_as(
    body: bytes, kind: str = FORM, method: str = "POST", messages: Sequence[dict[str, Any]] = ()
) -> str | None:
    seen = ask(method, headers={"content-type": kind}, messages=messages or bodies(body))
    assert seen.body == (b"".join(each["body"] for each in messages) or body)
    return seen.method


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=utf-8", FORM.title()])
def test_a_plain_form_says_which_method_it_means(kind: str, method: str) -> None:
    assert sent_as(b"name=x&_method=" + method.encode(), kind) == method
    assert sent_as(b"_method=" + method.lower().encode(), kind) == method


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"", b"nonsense"])
def test_a_form_can_mean_no_other_method(method: bytes) -> None:
    assert sent_as(b"_method=" + method) == "POST"


@pytest.mark.parametrize(
    ("kind", "method"),
    [("text/plain", "POST"), ("application/json", "POST"), ("", "POST"), (FORM, "PUT")],
)
def test_what_is_no_form_that_was_posted_means_what_it_says(kind: str, method: str) -> None:
    assert sent_as(b"_method=DELETE", kind, method) == method


def test_a_form_is_read_to_its_end_and_no_further() -> None:
    parts = bodies(b"name=x", b"&_method=", b"DELETE")
    assert sent_as(b"", messages=parts) == "DELETE"


def padded(size: int) -> bytes:
    return b"_method=DELETE&x=".ljust(size, b"y")


def test_of_a_form_only_so_much_is_looked_into() -> None:
    assert sent_as(padded(LARGEST)) == "DELETE"
    assert sent_as(padded(LARGEST + 1)) == "POST"
    assert sent_as(b"", messages=bodies(padded(LARGEST), b"")) == "DELETE"
    assert sent_as(b"", messages=bodies(padded(LARGEST), b"y")) == "POST"


def test_the_rest_of_a_larger_form_comes_in_as_it_is_asked_for() -> None:
    parts = bodies(padded(LARGEST + 1), b"a", b"b", b"c")
    seen = ask("POST", headers={"content-type": FORM}, messages=parts)
    assert seen.messages == parts


def test_that_the_client_is_gone_is_told_where_the_form_breaks_off() -> None:
    gone = [*bodies(b"_method=DEL", b"")[:1], {"type": "http.disconnect"}]
    seen = ask("POST", headers={"content-type": FORM}, messages=gone)
    assert (seen.method, seen.messages) == ("POST", gone)


def test_head_is_asked_as_get_and_told_no_body() -> None:
    seen = ask("HEAD")
    assert seen.method == "GET"
    assert seen.sent == [START, {"type": "http.response.body", "body": b"", "more_body": False}]
    assert ask("GET").sent[1]["body"] == b"answer"


# -- the rest


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_goes_on_within_was_asked_for_there(method: str) -> None:
    browser = {"user-agent": "A browser"}
    assert ask(method, headers=browser).asked_from == AskedFrom("A browser")
    program = {"user-agent": "A script", "authorization": "Bearer fh_secret"}
    expected = AskedFrom("A script", hash_token("fh_secret"))
    assert ask(method, headers=program).asked_from == expected
    assert ask(method).asked_from == AskedFrom()


def test_what_is_no_request_goes_on_as_it_came() -> None:
    came: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        came.append(scope)

    async def nothing(*_: Any) -> Any:
        raise AssertionError("nothing is read or sent")

    scope = cast(Scope, {"type": "lifespan"})
    asyncio.run(OurRequests(app, HERE)(scope, nothing, nothing))
    assert came == [scope]
