"""Whatever a program sends in place of JSON is answered, and by whom it comes first."""

import json

import httpx
import pytest

from tests.live import free_port, running_server
from tests.server.house import House

JSON = {"Content-Type": "application/json"}
NO_JSON = {
    "no UTF-8": b'{"name": "\xff"}',
    "nested too deeply": b"[" * 100_000,
    "cut off": b'{"name": "Ana',
    "not a number": b'{"name": NaN}',
    "half a pair and cut off": b'{"name": "\\ud83d',
    "nothing": b"",
}
CALLS = [
    ("POST", "/api/v1/scans"),
    ("PATCH", "/api/v1/scans/0196e5c4-7b1a-7c3e-9d54-2f6a1b7c8d9e"),
    ("POST", "/api/v1/meetings"),
    ("POST", "/api/v1/events"),
    ("POST", "/api/v1/events/seaside/attendees"),
    ("PATCH", "/api/v1/me"),
]


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_what_is_no_json_is_refused_as_that(
    house: House, method: str, path: str, body: bytes
) -> None:
    ana = house.person()
    house.event(ana)

    answer = ana.client.request(method, path, content=body, headers=JSON)

    assert answer.status_code == 400, answer.text
    assert answer.json()["status"] == 400


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_stranger_is_401_whatever_they_send(
    house: House, method: str, path: str, body: bytes
) -> None:
    answer = house.client().request(method, path, content=body, headers=JSON)

    assert answer.status_code == 401, answer.text


def test_what_a_query_says_is_not_told_back(house: House) -> None:
    answer = house.person().client.get("/api/v1/contacts?limit=secret")

    assert answer.status_code == 400
    assert "secret" not in answer.json()["detail"]
    assert "limit" in answer.json()["detail"]


def test_a_method_that_is_not_there_names_those_that_are(house: House) -> None:
    answer = house.person().client.delete("/api/v1/contacts")

    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("path", ["/api/v1/me", "/", "/health/live"])
def test_head_is_answered_as_get_but_for_the_body(house: House, path: str) -> None:
    client = house.person().client
    got, head = client.get(path), client.head(path)

    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize("path", ["/api/v1/imports", "/api/v1/events/seaside/attendees", "/no"])
def test_a_connection_goes_on_after_a_refusal_that_read_nothing(
    database_url: str, path: str
) -> None:
    port = free_port()
    with (
        running_server(database_url, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        for size in (10_000, 300_000):
            for _ in range(10):
                refused = client.post(path, files={"file": ("a.zip", b"x" * size)})
                assert refused.status_code in {401, 404, 405}
                assert client.get("/health/live").status_code == 200


def test_a_misspelt_circle_is_refused_and_not_passed_over(house: House) -> None:
    ana = house.person()

    answer = ana.client.patch("/api/v1/me", json={"circles": {"headlin": "nobody"}})

    assert answer.status_code == 400
    assert "headlin" in json.dumps(answer.json())


def test_the_events_that_one_runs_come_in_pages(house: House) -> None:
    ana = house.person()
    slugs = {house.event(ana, slug=f"event-{number}").slug for number in range(5)}
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = ana.client.get(f"/api/v1/events?limit=2&cursor={cursor}").json()
        assert len(answer["items"]) <= 2
        found += [event["slug"] for event in answer["items"]]
        cursor = answer["next"]

    assert len(found) == 5
    assert set(found) == slugs
    assert ana.client.get("/api/v1/events?limit=101").status_code == 400
