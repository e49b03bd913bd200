"""The authorisation code flow of OAuth 2, with PKCE: the way there, and the code for a token.

RFC 6749, RFC 7636, RFC 9700. Authlib writes the requests; they go out through the guarded fetch.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass

import msgspec
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request

from firsthand.proofs.guarded_fetch import Fetcher
from firsthand.settings import Client
from firsthand.sign_in_elsewhere.asking import NotSignedInThere, ProviderAway, decode, send
from firsthand.sign_in_elsewhere.providers import Provider

SECRET_IN_BODY = "client_secret_post"  # noqa: S105  # nosec B105  # the name of a method
SECRET_IN_HEADER = "client_secret_basic"  # noqa: S105  # nosec B105  # the name of a method


@dataclass(frozen=True, slots=True)
class Way:
    """One way there and back. ``state`` is random; who lacks the secret key can tell neither the
    code verifier nor the nonce from it.
    """

    provider: Provider
    client: Client
    redirect_uri: str
    state: str
    secret_key: str

    @property
    def verifier(self) -> str:
        return _derived("verifier", self.state, self.secret_key)

    @property
    def nonce(self) -> str:
        return _derived("nonce", self.state, self.secret_key)


class Token(msgspec.Struct):
    """What a code is exchanged for; used at once, kept nowhere."""

    access_token: str
    id_token: str = ""


class _Refusal(msgspec.Struct):
    error: str


def way_there(way: Way, endpoint: str) -> str:
    """Where the browser goes to sign in."""
    provider = way.provider
    client = OAuth2Client(
        None,
        client_id=way.client.id,
        scope=provider.scope,
        redirect_uri=way.redirect_uri,
        code_challenge_method="S256",
    )
    more = {"nonce": way.nonce} if provider.kind == "openid" and provider.echoes_nonce else {}
    url, _ = client.create_authorization_url(
        endpoint, way.state, way.verifier if provider.takes_pkce else None, **more
    )
    return str(url)


def redeem(
    fetcher: Fetcher, way: Way, endpoint: str, code: str, method: str = SECRET_IN_BODY
) -> Token:
    """The code for a token. Raises NotSignedInThere, ProviderAway, ProviderSlow."""
    more = {"code_verifier": way.verifier} if way.provider.takes_pkce else {}
    form = prepare_token_request(
        "authorization_code", redirect_uri=way.redirect_uri, code=code, **more
    )
    auth = ClientAuth(way.client.id, way.client.secret, method)
    # The stubs leave this one untyped.
    endpoint, headers, form = auth.prepare("POST", endpoint, {}, form)  # type: ignore[no-untyped-call]
    answered = send(fetcher, "POST", endpoint, headers, form)
    token = decode(answered.body, Token)
    if answered.status == 200 and token is not None and _is_plain(token.access_token):
        return token
    # GitHub refuses with a 200.
    if answered.status < 500 and decode(answered.body, _Refusal) is not None:
        raise NotSignedInThere(f"{way.provider.label} does not accept this any more. Start again.")
    raise ProviderAway(f"The answer of {way.provider.label} cannot be read.")


def _is_plain(token: str) -> bool:
    """Whether it can stand in a header."""
    return token.isascii() and token.isprintable() and 0 < len(token) <= 8192


def _derived(purpose: str, state: str, secret_key: str) -> str:
    text = f"sign-in-elsewhere\0{purpose}\0{state}"
    digest = hmac.digest(secret_key.encode(), text.encode(), "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
