"""What is refused leaves a line in the log: where and to whom, and nothing of what was sent."""

import logging
from collections.abc import Iterator
from contextlib import suppress

import pytest

from firsthand.accounts.tokens import MOST_TOKENS, add_token
from firsthand.problems import TooMany
from tests.server.house import House


class Messages(logging.Handler):
    """What one logger says, whatever others say meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@pytest.fixture
def told() -> Iterator[Messages]:
    log, kept = logging.getLogger("firsthand.refusals"), Messages()
    before = log.level
    log.setLevel(logging.INFO)
    log.addHandler(kept)
    yield kept
    log.removeHandler(kept)
    log.setLevel(before)


def test_asking_for_what_is_not_ones_own_is_told_by_route_and_account(
    house: House, told: Messages
) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    card = ana.client.post("/api/v1/meetings", json={"name": "A Name"}).json()["contact"]["id"]
    assert not told.messages
    assert ben.client.get(f"/people/{card}").status_code == 404
    assert told.messages == [f"refused: GET /people/{{contact_id}}, 404, account {ben.id}"]


def test_a_wrong_secret_is_told_and_not_quoted(house: House, told: Messages) -> None:
    client = house.client()
    client.get("/api/v1/me", headers={"Authorization": "Bearer fh_guessed"})
    assert told.messages == ["refused: GET /api/v1/me, 401, account nobody"]


def test_one_too_many_is_told(house: House, told: Messages) -> None:
    ana = house.person("Ana")
    with suppress(TooMany):
        for _ in range(MOST_TOKENS):
            house.db.write_now(add_token, ana.id, ["read"], "")
    assert ana.client.post("/me/feeds", data={}).status_code == 429
    assert told.messages[-1] == f"refused: POST /me/feeds, 429, account {ana.id}"


def test_another_sites_request_is_told(house: House, told: Messages) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert house.client().post("/sign-in", data={}, headers=headers).status_code == 403
    assert told.messages == ["refused before any route, 403"]


def test_what_was_never_here_is_not_told(house: House, told: Messages) -> None:
    assert house.client().get("/wp-login.php").status_code == 404
    assert not told.messages
