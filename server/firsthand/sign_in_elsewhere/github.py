"""GitHub: OAuth 2 without OpenID Connect, so the API tells who somebody is.

docs.github.com/rest: "Get the authenticated user", "List email addresses for the authenticated
user".
"""

import msgspec

from firsthand.handles.networks import Network
from firsthand.proofs.guarded_fetch import Fetcher
from firsthand.sign_in_elsewhere.asking import ProviderAway, get_json
from firsthand.sign_in_elsewhere.code_flow import Token, Way
from firsthand.sign_in_elsewhere.identity import Identity, handle_on, shown_name, verified_email
from firsthand.sign_in_elsewhere.providers import GITHUB_ENDPOINTS


class _User(msgspec.Struct):
    id: int
    login: str


class _Address(msgspec.Struct):
    email: str
    primary: bool = False
    verified: bool = False


def identity_on_github(fetcher: Fetcher, way: Way, token: Token) -> Identity:
    """``id`` stays when the login changes. Raises ProviderAway, ProviderSlow."""
    user = get_json(fetcher, GITHUB_ENDPOINTS.who, _User, token.access_token)
    if user.id <= 0:
        raise ProviderAway("GitHub does not say who you are.")
    addresses = get_json(fetcher, GITHUB_ENDPOINTS.addresses, list[_Address], token.access_token)
    email = next((verified_email(a.email, a.verified) for a in addresses if a.primary), "")
    handle = handle_on(Network.GITHUB, user.login)
    provider = way.provider
    name = shown_name(user.login)
    return Identity(provider.key, provider.issuer, str(user.id), name, email, handle)
