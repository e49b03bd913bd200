"""Sends a browser to a provider, and learns from the provider who came back.

Everything here talks to servers of others and takes seconds: it runs in threads of its own, outside
any transaction, and the slow servers that anybody may name hold up nobody who uses another.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import ParamSpec, TypeVar

from firsthand.problems import NotFound
from firsthand.proofs.guarded_fetch import Fetcher
from firsthand.settings import Client, Settings
from firsthand.sign_in_elsewhere import mastodon
from firsthand.sign_in_elsewhere.apps import KnownApp
from firsthand.sign_in_elsewhere.asking import NotSignedInThere, ProviderAway, ProviderSlow
from firsthand.sign_in_elsewhere.code_flow import Way, redeem, way_there
from firsthand.sign_in_elsewhere.github import identity_on_github
from firsthand.sign_in_elsewhere.identity import Identity
from firsthand.sign_in_elsewhere.openid import discover, identity_of_token
from firsthand.sign_in_elsewhere.providers import (
    GITHUB_ENDPOINTS,
    Kind,
    Provider,
    mastodon_endpoints,
    operators_origin,
    providers,
)

P = ParamSpec("P")
T = TypeVar("T")
# Below the ten seconds after which the service worker takes a page for unreachable.
_PATIENCE = 9.0
_A_REQUEST = 6.0
_THREADS = 8


def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="elsewhere")


@dataclass(frozen=True, slots=True)
class Return:
    """What the browser brings back from a provider, all of it hostile."""

    code: str = ""
    state: str = ""
    error: str = ""
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The providers that are switched on, and how they are reached; tests have a fetcher of their
    own.
    """

    providers: Mapping[str, Provider]
    base_url: str
    secret_key: str
    fetcher: Fetcher = field(default_factory=lambda: Fetcher(seconds=_A_REQUEST))
    operators_own: str = ""
    patience: float = _PATIENCE
    _named: ThreadPoolExecutor = field(default_factory=_threads)
    _anybodys: ThreadPoolExecutor = field(default_factory=_threads)

    @classmethod
    def of(cls, settings: Settings) -> "Elsewhere":
        return cls(
            providers(settings),
            settings.base_url,
            settings.secret_key,
            operators_own=operators_origin(settings),
        )

    def provider(self, key: str) -> Provider:
        """Raises NotFound for one that is not switched on."""
        found = self.providers.get(key)
        if found is None:
            raise NotFound
        return found

    async def run(
        self, provider: Provider, ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Whatever ``ask`` raises, and ProviderSlow after nine seconds."""
        threads = self._anybodys if provider.kind is Kind.MASTODON else self._named
        loop = asyncio.get_running_loop()
        asked = loop.run_in_executor(threads, lambda: ask(*args, **kwargs))
        try:
            return await asyncio.wait_for(asked, self.patience)
        except TimeoutError:
            raise ProviderSlow(f"{provider.label} takes too long to answer.") from None

    def way(self, provider: Provider, issuer: str, client: Client, state: str) -> Way:
        """Every provider, and every Mastodon server, sends back to an address of its own: what one
        of them gives out cannot be passed off as another's (RFC 9700, 4.4).
        """
        own = mastodon.host_of(issuer) if provider.kind is Kind.MASTODON else provider.key
        return Way(provider, client, self.back(own), state, self.secret_key)

    def back(self, own: str) -> str:
        """Where a provider, or the Mastodon server of this name, sends browsers back to."""
        return f"{self.base_url}/sign-in/with/{own}/back"

    # -- in threads

    def page_there(self, way: Way, issuer: str) -> str:
        """The page to sign in at. Raises ProviderAway, ProviderSlow."""
        return way_there(way, self._authorise(way.provider, issuer))

    def identity(self, way: Way, issuer: str, came: Return) -> Identity:
        """Raises NotSignedInThere, ProviderAway, ProviderSlow."""
        label = way.provider.label
        if came.issuer is not None and came.issuer != issuer:
            raise NotSignedInThere(f"That answer does not come from {label}. Start again.")
        if came.error == "access_denied":
            raise NotSignedInThere(f"You said no at {label}. Nothing was changed.")
        if came.error in {"server_error", "temporarily_unavailable"}:
            raise ProviderAway(f"{label} cannot sign anybody in just now. Try again later.")
        if came.error or not came.code:
            raise NotSignedInThere(f"{label} did not sign you in. Start again.")
        match way.provider.kind:
            case Kind.GITHUB:
                token = redeem(self.fetcher, way, GITHUB_ENDPOINTS.token, came.code)
                return identity_on_github(self.fetcher, way, token)
            case Kind.MASTODON:
                host = mastodon.host_of(issuer)
                token = redeem(self.fetcher, way, mastodon_endpoints(host).token, came.code)
                return mastodon.identity_on_mastodon(self.fetcher, way, host, token)
            case Kind.OPENID:
                return self._openid_identity(way, issuer, came)

    def app_there(self, provider: Provider, host: str, known: KnownApp | None) -> Client:
        """What that Mastodon server knows this one by. Raises ProviderAway, ProviderSlow."""
        if known and (
            known.is_fresh or mastodon.is_known(self.fetcher, host, known.client, provider.scope)
        ):
            return known.client
        return mastodon.register(self.fetcher, host, provider.scope, self.back(host), self.base_url)

    def _openid_identity(self, way: Way, issuer: str, came: Return) -> Identity:
        fetcher = self._fetcher_for(way.provider)
        published = discover(fetcher, issuer)
        if came.issuer is None and published.authorization_response_iss_parameter_supported:
            label = way.provider.label
            raise NotSignedInThere(f"That answer does not say that it is {label}'s. Start again.")
        token = redeem(fetcher, way, published.token_endpoint, came.code, published.secret_goes)
        return identity_of_token(fetcher, way, published, token)

    def _authorise(self, provider: Provider, issuer: str) -> str:
        match provider.kind:
            case Kind.GITHUB:
                return GITHUB_ENDPOINTS.authorise
            case Kind.MASTODON:
                return mastodon_endpoints(mastodon.host_of(issuer)).authorise
            case Kind.OPENID:
                return discover(self._fetcher_for(provider), issuer).authorization_endpoint

    def _fetcher_for(self, provider: Provider) -> Fetcher:
        """Only the operator's own issuer may stand where the public internet does not reach."""
        own = self.operators_own if provider.key == "openid" else ""
        return replace(self.fetcher, operators_own=own)
