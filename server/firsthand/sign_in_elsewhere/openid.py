"""OpenID Connect: what a provider publishes of itself, and who its ID token says somebody is.

OpenID Connect Core 1.0 (3.1.3.7: what to check of an ID token) and Discovery 1.0.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from firsthand.proofs.guarded_fetch import Fetcher
from firsthand.sign_in_elsewhere.asking import NotSignedInThere, ProviderAway, get_json
from firsthand.sign_in_elsewhere.code_flow import SECRET_IN_BODY, SECRET_IN_HEADER, Token, Way
from firsthand.sign_in_elsewhere.identity import (
    LONGEST_SUBJECT,
    Identity,
    shown_name,
    verified_email,
)

# A signature that the client's own secret could make proves nothing of who made it.
_ASYMMETRIC = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_KEY_TYPES = {"RSA", "EC"}
_MOST_KEYS = 50
_CLOCKS_DIFFER = 60
_LONGEST_TOKEN = 100_000


class Published(msgspec.Struct):
    """Of ``/.well-known/openid-configuration``."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = (SECRET_IN_HEADER,)
    authorization_response_iss_parameter_supported: bool = False

    @property
    def secret_goes(self) -> str:
        is_in_body = SECRET_IN_BODY in self.token_endpoint_auth_methods_supported
        return SECRET_IN_BODY if is_in_body else SECRET_IN_HEADER


class _Keys(msgspec.Struct):
    keys: list[dict[str, Any]]


def discover(fetcher: Fetcher, issuer: str) -> Published:
    """Raises ProviderAway, ProviderSlow."""
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    found = get_json(fetcher, url, Published)
    if found.issuer != issuer:
        raise ProviderAway(f"{urlsplit(issuer).hostname} says that it is another provider.")
    if not _is_page(found.authorization_endpoint, fetcher.operators_own):
        raise ProviderAway(f"{urlsplit(issuer).hostname} names no page to sign in at.")
    return found


def _is_page(url: str, operators_own: str) -> bool:
    """Whether a browser may be sent there: to a page of the web, to no script."""
    is_own = bool(operators_own) and url.startswith(f"{operators_own}/")
    is_plain = url.isascii() and url.isprintable() and " " not in url
    return is_plain and (url.startswith("https://") or is_own)


def identity_of_token(fetcher: Fetcher, way: Way, published: Published, token: Token) -> Identity:
    """Raises NotSignedInThere, ProviderAway, ProviderSlow."""
    keys = get_json(fetcher, published.jwks_uri, _Keys).keys
    allowed = [
        each for each in _ASYMMETRIC if each in published.id_token_signing_alg_values_supported
    ]
    claims = read_id_token(way, token, keys, allowed)
    if "email" not in claims and published.userinfo_endpoint:
        more = get_json(fetcher, published.userinfo_endpoint, dict[str, Any], token.access_token)
        # Or one person's token would be filled up with another's address.
        if more.get("sub") == claims["sub"]:
            claims = {**more, **claims}
    email = verified_email(claims.get("email"), claims.get("email_verified"))
    name = email or shown_name(claims.get("preferred_username") or claims.get("name"))
    provider = way.provider
    return Identity(provider.key, provider.issuer, claims["sub"], name, email)


def read_id_token(
    way: Way, token: Token, keys: Sequence[dict[str, Any]], allowed: Sequence[str]
) -> dict[str, Any]:
    """The claims of an ID token that is signed, for us, fresh, and an answer to this very question.

    Raises NotSignedInThere.
    """
    provider = way.provider
    try:
        if len(token.id_token) > _LONGEST_TOKEN:
            raise ValueError("too long")
        decoded = jwt.decode(token.id_token, _key_set(keys), algorithms=list(allowed))
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": provider.issuer},
                "sub": {"essential": True},
                "aud": {"essential": True, "value": way.client.id},
                "exp": {"essential": True},
                "iat": {"essential": True},
            },
            params={
                "client_id": way.client.id,
                "access_token": token.access_token,
                "nonce": way.nonce if provider.echoes_nonce else None,
            },
        )
        claims.validate(leeway=_CLOCKS_DIFFER)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise _unproven(way) from None
    subject = claims["sub"]
    is_id = isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT
    if not (is_id and subject.isprintable()):
        raise _unproven(way)
    return dict(claims)


def _key_set(keys: Sequence[dict[str, Any]]) -> KeySet:
    """The keys that can have signed; one that cannot be read is not one of them."""
    usable = []
    for each in keys[:_MOST_KEYS]:
        if each.get("kty") in _KEY_TYPES and each.get("use", "sig") == "sig":
            try:
                usable.append(JWKRegistry.import_key(each))
            except (JoseError, ValueError, TypeError, KeyError):
                continue
    return KeySet(usable)


def _unproven(way: Way) -> NotSignedInThere:
    label = way.provider.label
    return NotSignedInThere(f"What {label} says of you is not proven to come from it. Start again.")
