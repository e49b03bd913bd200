"""Signing in with a real OpenID Connect provider that runs beside."""

import re
from collections.abc import Callable, Iterator
from html import unescape

import httpx
import pytest

from tests.openid_provider import Provider, running_provider
from tests.server.conftest import KINDS
from tests.server.house import BASE_URL, House
from tests.server.sign_in_elsewhere.conftest import is_signed_in


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider(BASE_URL) as provider:
        yield provider


@pytest.fixture(params=KINDS)
def harbour(
    houses: Callable[..., House], provider: Provider, request: pytest.FixtureRequest
) -> Iterator[House]:
    house = houses(request.param, openid=provider.settings)
    yield house
    house.clear()


def page_there(client: httpx.Client) -> str:
    page = client.post("/sign-in/with/openid", data={"next": "/people"})
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert found, page.text
    return unescape(found[1])


def test_there_and_back(harbour: House, provider: Provider) -> None:
    ids = []
    for _ in range(2):
        client = harbour.client()
        back = provider.agree(page_there(client))
        assert client.get(back).status_code == 303
        ids.append(client.get("/api/v1/me").json())
        # The provider has taken the code, and we the state.
        assert harbour.client().get(back).status_code == 400
    assert ids[0]["email"] == "ana@harbour.example"
    assert ids[0]["id"] == ids[1]["id"]


def test_whoever_says_no_is_not_signed_in(harbour: House, provider: Provider) -> None:
    client = harbour.client()
    back = provider.agree(page_there(client), "deny")
    answer = client.get(back)
    assert answer.status_code == 400
    assert not is_signed_in(client)


def test_a_client_with_a_wrong_secret_signs_nobody_in(
    database_url: str, provider: Provider
) -> None:
    wrong = provider.settings.__class__(
        provider.issuer, "Harbour", provider.client.__class__(provider.client.id, "wrong")
    )
    house = House(database_url, openid=wrong)
    client = house.client()
    answer = client.get(provider.agree(page_there(client)))
    assert 400 <= answer.status_code < 503
    assert not is_signed_in(client)
    house.close()
