"""Looks at somebody's profile for what proves that it is theirs.

Two ways: the profile links to the account's proof page with ``rel="me"`` (which links back), or to
a website that is proven already and links back; or the account's code stands in the profile's text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

import dns.exception
import dns.resolver
import msgspec

from firsthand.handles.networks import Network
from firsthand.handles.parsing import ParsedHandle, handle_key, profile_url
from firsthand.proofs.guarded_fetch import Fetched, Fetcher, NotFetched
from firsthand.proofs.links import me_links, mentions, plain_text, same_page

PROVABLE = (Network.WEBSITE, Network.MASTODON, Network.BLUESKY, Network.GITHUB)
_DNS_SECONDS = 5.0
_BLUESKY = "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile?"
# At most this much of a name server's answer is of interest.
_LONGEST_DID = 2048

# The TXT records of a name. Raises NotFetched.
Lookup = Callable[[str], Sequence[str]]


class Method(StrEnum):
    """How a handle was proven."""

    LINK = "link"  # its page links here with rel="me"
    WEBSITE = "website"  # it and a proven website link to each other
    DOMAIN = "domain"  # its name is a proven website's domain, which names it
    CODE = "code"  # the code stands in its text
    SIGN_IN = "sign-in"  # its owner has signed in there; the proof page does not show it


@dataclass(frozen=True, slots=True)
class Sought:
    """What a profile must show: ``page`` is the proof page's address, ``websites`` the proven
    websites' addresses of the same account. ``signed_in_as``: the network's own account of it for
    programs, which tells whether who has signed in there is still called so.
    """

    page: str
    code: str
    websites: Sequence[str] = ()
    signed_in_as: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """``where`` it was seen; ``stable_id`` as the network told it, if it did."""

    method: Method
    where: str
    stable_id: str | None = None


def txt_records(name: str) -> list[str]:
    """Raises NotFetched where the name servers do not answer."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=_DNS_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException:
        raise NotFetched(f"The name servers of {name} do not answer.") from None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


@dataclass(frozen=True, slots=True)
class Looker:
    """Looks at profiles with this fetcher and these name servers."""

    fetcher: Fetcher = field(default_factory=Fetcher)
    lookup: Lookup = txt_records

    def look(self, handle: ParsedHandle, sought: Sought) -> Evidence | None:
        """None if the profile shows no proof. Raises NotFetched if it cannot be looked at."""
        if sought.signed_in_as:
            return self._so_called(handle, sought.signed_in_as)
        match handle.network:
            case Network.MASTODON:
                return self._on_mastodon(handle, sought)
            case Network.BLUESKY:
                return self._on_bluesky(handle, sought)
            case Network.GITHUB:
                return self._on_page(handle, sought, with_text=True)
            case Network.WEBSITE:
                return self._on_page(handle, sought, with_text=False)
        raise NotFetched(f"{handle.network.label} shows profiles only to who is signed in there.")

    def _so_called(self, handle: ParsedHandle, url: str) -> Evidence | None:
        found = _decode(self.fetcher.fetch(url, accept="application/json"), _SoCalled)
        _, _, server = handle.name.partition("@")
        name = f"{found.username}@{server}" if server else found.login
        is_so = handle_key(handle.network, name) == handle.key
        return Evidence(Method.SIGN_IN, url) if is_so else None

    def _on_page(self, handle: ParsedHandle, sought: Sought, *, with_text: bool) -> Evidence | None:
        url = profile_url(handle.network, handle.name)
        fetched = self.fetcher.fetch(url)
        html = fetched.body.decode("utf-8", "replace")
        links = me_links(html, fetched.url, fetched.links)
        # Anybody may write on somebody's website: in a comment, say. In a profile, they may not.
        text = plain_text(html) if with_text else ""
        return self._judge(url, links, text, sought, fetched.url)

    def _on_mastodon(self, handle: ParsedHandle, sought: Sought) -> Evidence | None:
        user, _, server = handle.name.partition("@")
        url = f"https://{server}/api/v1/accounts/lookup?{urlencode({'acct': user})}"
        fetched = self.fetcher.fetch(url, accept="application/json")
        found = _decode(fetched, _MastodonAccount)
        profile = profile_url(handle.network, handle.name)
        shown = " ".join([found.note, *(field.value for field in found.fields)])
        links = me_links(shown, profile)
        return self._judge(profile, links, plain_text(shown), sought, profile)

    def _on_bluesky(self, handle: ParsedHandle, sought: Sought) -> Evidence | None:
        did = handle.name if handle.name.startswith("did:") else self._did(handle.name)
        for website in sought.websites:
            if same_page(website, f"https://{handle.name}"):
                return Evidence(Method.DOMAIN, website, did)
        fetched = self.fetcher.fetch(_BLUESKY + urlencode({"actor": did}), "application/json")
        found = _decode(fetched, _BlueskyProfile)
        if found.did != did or handle.name.lower() not in {did, found.handle.lower()}:
            raise NotFetched(f"Bluesky knows {handle.name} by another name now.")
        shown = found.description
        if mentions(shown, sought.code):
            where = profile_url(handle.network, handle.name)
            return Evidence(Method.CODE, where, did)
        return None

    def _did(self, name: str) -> str:
        """Whose domain it is: by DNS, else by the well-known file (atproto.com/specs/handle)."""
        records = [text[4:] for text in self.lookup(f"_atproto.{name}") if text.startswith("did=")]
        if len(records) > 1:
            raise NotFetched(f"The name servers of {name} name several accounts.")
        if records:
            did = records[0]
        else:
            fetched = self.fetcher.fetch(f"https://{name}/.well-known/atproto-did", "text/plain")
            did = fetched.body[:_LONGEST_DID].decode("utf-8", "replace")
        did = did.strip()
        if not did.startswith("did:") or not did.isascii() or len(did) > _LONGEST_DID:
            raise NotFetched(f"{name} names no account of Bluesky.")
        return did

    def _judge(
        self, profile: str, links: Sequence[str], text: str, sought: Sought, where: str
    ) -> Evidence | None:
        if any(same_page(link, sought.page) for link in links):
            return Evidence(Method.LINK, where)
        if mentions(text, sought.code):
            return Evidence(Method.CODE, where)
        for website in sought.websites:
            if any(same_page(link, website) for link in links) and self._points(website, profile):
                return Evidence(Method.WEBSITE, website)
        return None

    def _points(self, website: str, profile: str) -> bool:
        try:
            fetched = self.fetcher.fetch(website)
        except NotFetched:
            return False
        html = fetched.body.decode("utf-8", "replace")
        return any(same_page(link, profile) for link in me_links(html, fetched.url, fetched.links))


Answer = TypeVar("Answer", bound=msgspec.Struct)


class _MastodonField(msgspec.Struct):
    value: str = ""


class _MastodonAccount(msgspec.Struct):
    """Of Mastodon's ``GET /api/v1/accounts/lookup``."""

    note: str = ""
    fields: list[_MastodonField] = []


class _SoCalled(msgspec.Struct):
    """Of GitHub's ``GET /user/{id}`` or Mastodon's ``GET /api/v1/accounts/{id}``."""

    login: str = ""
    username: str = ""


class _BlueskyProfile(msgspec.Struct):
    """Of Bluesky's ``app.bsky.actor.getProfile``."""

    did: str
    handle: str
    description: str = ""


def _decode(fetched: Fetched, kind: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(fetched.body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise NotFetched("The answer of that server cannot be read.") from None
