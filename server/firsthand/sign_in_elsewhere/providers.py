"""The providers of sign-ins, as data. Pure.

Nothing here comes from outside but what the operator set: the clients, and one issuer of their own.

Sources: docs.github.com, "Authorizing OAuth apps"; developers.google.com/identity/openid-connect;
learn.microsoft.com/linkedin, "Sign In with LinkedIn using OpenID Connect"; docs.joinmastodon.org,
"OAuth" and "apps" of the API.
"""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlsplit

from firsthand.handles.networks import Network
from firsthand.settings import Client, Settings


class Kind(StrEnum):
    """How a provider tells who somebody is."""

    OPENID = "openid"
    GITHUB = "github"
    MASTODON = "mastodon"


@dataclass(frozen=True, slots=True)
class Provider:
    """``key`` is its name in addresses and in the database, ``label`` the one for people.

    ``client`` is none for Mastodon, whose servers each know this one by another. LinkedIn refuses
    PKCE and leaves the nonce out of its ID tokens: there, the state alone ties an answer to the
    browser that asked. ``proves``: the network on which the sign-in proves a handle.
    """

    key: str
    label: str
    kind: Kind
    issuer: str
    scope: str
    client: Client | None = None
    takes_pkce: bool = True
    echoes_nonce: bool = True
    proves: Network | None = None


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Of a provider that publishes none, or none that all of its versions know."""

    authorise: str
    token: str
    who: str
    addresses: str = ""


GITHUB_ENDPOINTS = Endpoints(
    "https://github.com/login/oauth/authorize",
    "https://github.com/login/oauth/access_token",
    "https://api.github.com/user",
    "https://api.github.com/user/emails",
)
_OPENID_SCOPE = "openid email"


def mastodon_endpoints(host: str) -> Endpoints:
    return Endpoints(
        f"https://{host}/oauth/authorize",
        f"https://{host}/oauth/token",
        f"https://{host}/api/v1/accounts/verify_credentials",
    )


def account_for_programs(network: Network, issuer: str, subject: str) -> str:
    """The address at which everybody reads what the person of this id is called now."""
    number = quote(subject, safe="")
    if network is Network.GITHUB:
        return f"https://api.github.com/user/{number}"
    return f"{issuer}/api/v1/accounts/{number}"


def providers(settings: Settings) -> dict[str, Provider]:
    """Those that are switched on, by key, in the order of their buttons."""
    known = [
        Provider(
            "github",
            "GitHub",
            Kind.GITHUB,
            "https://github.com",
            "user:email",
            settings.github,
            proves=Network.GITHUB,
        ),
        Provider(
            "google",
            "Google",
            Kind.OPENID,
            "https://accounts.google.com",
            _OPENID_SCOPE,
            settings.google,
        ),
        Provider(
            "linkedin",
            "LinkedIn",
            Kind.OPENID,
            "https://www.linkedin.com/oauth",
            # Without "profile" LinkedIn signs nobody in.
            "openid profile email",
            settings.linkedin,
            takes_pkce=False,
            echoes_nonce=False,
        ),
    ]
    if settings.openid:
        own = settings.openid
        known.append(
            Provider("openid", own.name, Kind.OPENID, own.issuer, _OPENID_SCOPE, own.client)
        )
    on = [each for each in known if each.client is not None]
    if settings.mastodon_sign_in:
        on.append(
            Provider(
                "mastodon",
                "Mastodon",
                Kind.MASTODON,
                "",
                # Older servers know no "profile".
                "read:accounts",
                proves=Network.MASTODON,
            )
        )
    return {each.key: each for each in on}


def operators_origin(settings: Settings) -> str:
    """The origin of the issuer that the operator named, or nothing."""
    if settings.openid is None:
        return ""
    parts = urlsplit(settings.openid.issuer)
    return f"{parts.scheme}://{parts.netloc}"
