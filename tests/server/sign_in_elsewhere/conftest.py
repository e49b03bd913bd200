"""A house that signs people in by what they are elsewhere, and providers on this machine."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from firsthand.proofs.guarded_fetch import Fetcher
from firsthand.settings import Client, OpenIdIssuer
from firsthand.sign_in_elsewhere.elsewhere import Elsewhere
from tests.https_sites import Sites, https_sites
from tests.mailbox import Mailbox
from tests.providers import GitHub, Mastodon, OpenId, visit
from tests.server.conftest import KINDS
from tests.server.house import House

GITHUB = ("github-id", "github-secret")
GOOGLE = ("google-id", "google-secret")
LINKEDIN = ("linkedin-id", "linkedin-secret")
OWN = ("own-id", "own-secret")
SETTINGS: dict[str, Any] = {
    "github": Client(*GITHUB),
    "google": Client(*GOOGLE),
    "linkedin": Client(*LINKEDIN),
    "mastodon_sign_in": True,
    "openid": OpenIdIssuer("https://login.example", "Harbour", Client(*OWN)),
}
HOSTS = (
    "github.com",
    "api.github.com",
    "accounts.google.com",
    "www.linkedin.com",
    "login.example",
    "social.example",
    "other.example",
)


@dataclass
class World:
    """``away``: hosts that do not answer; ``inside``: hosts at an address of a private network."""

    house: House
    sites: Sites
    github: GitHub
    google: OpenId
    linkedin: OpenId
    own: OpenId
    mastodon: Mastodon
    inside: set[str]
    mailbox: Mailbox

    def start(self, client: httpx.Client, key: str, path: str = "", **form: str) -> httpx.Response:
        return client.post(path or f"/sign-in/with/{key}", data=form)

    def there(self, page: httpx.Response) -> str:
        """The provider's page that this answer leads to."""
        assert page.status_code == 200, page.text
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
        assert found, page.text
        return unescape(found[1])

    def back(self, page: httpx.Response) -> str:
        """Where the provider then sends the browser: a path of ours with its answer."""
        location = visit(self.sites, self.there(page))
        base = self.house.settings.base_url
        assert location.startswith(f"{base}/sign-in/with/")
        return location.removeprefix(base)

    def sign_in(self, client: httpx.Client, key: str, **form: str) -> httpx.Response:
        return client.get(self.back(self.start(client, key, **form)))

    def link(self, client: httpx.Client, key: str, **form: str) -> httpx.Response:
        start = client.post("/me/identities", data={"provider": key, **form})
        return client.get(self.back(start))

    def me(self, client: httpx.Client) -> dict[str, Any]:
        answer = client.get("/api/v1/me")
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def change(self, **more: Any) -> None:
        """How providers are reached."""
        self.house.app.state.elsewhere = replace(self.house.app.state.elsewhere, **more)


def is_signed_in(client: httpx.Client) -> bool:
    return client.get("/api/v1/me").status_code == 200


@pytest.fixture(params=KINDS)
def world(
    houses: Callable[..., House],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    mailbox: Mailbox,
) -> Iterator[World]:
    house = houses(request.param, smtp_url=mailbox.url, **SETTINGS)
    inside: set[str] = set()
    with https_sites(tmp_path, *HOSTS) as sites:

        def resolve(host: str, port: int) -> list[str]:
            return ["10.0.0.7"] if host in inside else ["127.0.0.1"]

        fetcher = Fetcher(
            lambda address: address == "127.0.0.1", resolve, sites.port, sites.trust, seconds=2
        )
        before = house.app.state.elsewhere
        house.app.state.elsewhere = replace(
            Elsewhere.of(house.settings), fetcher=fetcher, operators_own=""
        )
        linkedin = OpenId.at(
            sites,
            "https://www.linkedin.com/oauth",
            LINKEDIN,
            with_pkce=False,
            echoes_nonce=False,
            claims={"email_verified": "true"},
        )
        yield World(
            house,
            sites,
            GitHub.at(sites, GITHUB),
            OpenId.at(sites, "https://accounts.google.com", GOOGLE),
            linkedin,
            OpenId.at(sites, "https://login.example", OWN),
            Mastodon.at(sites, "social.example"),
            inside,
            mailbox,
        )
        house.app.state.elsewhere = before
        house.clear()
