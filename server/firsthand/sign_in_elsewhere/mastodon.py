"""Mastodon: thousands of servers, at each of which this one introduces itself once.

docs.joinmastodon.org: "apps" and "accounts" of the API. Whoever names a server may name any host,
so everything goes through the guarded fetch.
"""

from urllib.parse import urlencode, urlsplit

import msgspec

from firsthand.handles.addresses import LONGEST_PASTE, ascii_domain
from firsthand.handles.networks import Network
from firsthand.handles.sites import is_mail_host, may_be_mastodon
from firsthand.problems import Invalid
from firsthand.proofs.guarded_fetch import Fetcher
from firsthand.settings import Client
from firsthand.sign_in_elsewhere.asking import ProviderAway, get_json, post_form, send
from firsthand.sign_in_elsewhere.code_flow import Token, Way
from firsthand.sign_in_elsewhere.identity import LONGEST_SUBJECT, Identity, handle_on
from firsthand.sign_in_elsewhere.providers import mastodon_endpoints

_LONGEST_CREDENTIAL = 500


class _App(msgspec.Struct):
    client_id: str
    client_secret: str


class _Account(msgspec.Struct):
    id: str
    username: str


def read_server(typed: str) -> str:
    """The host of ``social.example``, ``https://social.example/@ana`` or ``@ana@social.example``.

    Raises Invalid.
    """
    text = typed.strip().lower()
    if "://" in text:
        try:
            text = urlsplit(text).netloc
        except ValueError:
            text = ""
    host = ascii_domain(text.rpartition("@")[2].strip("/")) if len(text) <= LONGEST_PASTE else None
    if host is None or not may_be_mastodon(host) or is_mail_host(host):
        message = "Type your server's name, such as mastodon.social."
        raise Invalid(message, {"server": message})
    return host


def register(fetcher: Fetcher, host: str, scope: str, redirect_uri: str, website: str) -> Client:
    """Introduces this server there. Raises ProviderAway, ProviderSlow."""
    form = {
        "client_name": "Firsthand",
        "redirect_uris": redirect_uri,
        "scopes": scope,
        "website": website,
    }
    app = post_form(fetcher, f"https://{host}/api/v1/apps", form, _App)
    for text in (app.client_id, app.client_secret):
        if not (text and text.isascii() and text.isprintable()) or len(text) > _LONGEST_CREDENTIAL:
            raise ProviderAway(f"The answer of {host} cannot be read.")
    return Client(app.client_id, app.client_secret)


def is_known(fetcher: Fetcher, host: str, client: Client, scope: str) -> bool:
    """Servers forget programs that nobody has used for a while.

    Raises ProviderAway, ProviderSlow.
    """
    form = {
        "grant_type": "client_credentials",
        "client_id": client.id,
        "client_secret": client.secret,
        "scope": scope,
    }
    endpoint = mastodon_endpoints(host).token
    return send(fetcher, "POST", endpoint, {}, urlencode(form)).status not in {400, 401}


def identity_on_mastodon(fetcher: Fetcher, way: Way, host: str, token: Token) -> Identity:
    """Raises ProviderAway, ProviderSlow."""
    found = get_json(fetcher, mastodon_endpoints(host).who, _Account, token.access_token)
    handle = handle_on(Network.MASTODON, f"{found.username}@{host}")
    if not 0 < len(found.id) <= LONGEST_SUBJECT or not found.id.isprintable() or handle is None:
        raise ProviderAway(f"{host} does not say who you are.")
    issuer = issuer_of(host)
    return Identity(way.provider.key, issuer, found.id, f"@{handle.name}", handle=handle)


def issuer_of(host: str) -> str:
    return f"https://{host}"


def host_of(issuer: str) -> str:
    return issuer.removeprefix("https://")
