"""What this server is known by at each Mastodon server; the secrets stand sealed."""

import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from firsthand.db import insert_or_change, now
from firsthand.settings import Client
from firsthand.sign_in_elsewhere.models import MastodonApp

_NONCE_BYTES = 12
_FRESH = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class KnownApp:
    """``is_fresh``: that server was asked not long ago whether it knows this one."""

    client: Client
    is_fresh: bool


def app_at(session: Session, host: str, secret_key: str) -> KnownApp | None:
    """None where there is none, or none that this secret key opens."""
    app = session.get(MastodonApp, host)
    secret = _opened(app.sealed_secret, host, secret_key) if app else None
    if app is None or secret is None:
        return None
    return KnownApp(Client(app.client_id, secret), now() - app.created_at < _FRESH)


def keep_app(session: Session, host: str, client: Client, secret_key: str) -> None:
    """In place of what was there."""
    row = {
        "host": host,
        "client_id": client.id,
        "sealed_secret": _sealed(client.secret, host, secret_key),
        "created_at": now(),
    }
    insert_or_change(session, MastodonApp, [row], _as_given_last)


def _as_given_last(_old: Any, new: Any, _on_sqlite: bool) -> dict[str, Any]:
    return {
        "client_id": new.client_id,
        "sealed_secret": new.sealed_secret,
        "created_at": new.created_at,
    }


def _sealed(secret: str, host: str, secret_key: str) -> str:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(_key(secret_key)).encrypt(nonce, secret.encode(), host.encode())
    return b64encode(nonce + sealed).decode()


def _opened(sealed: str, host: str, secret_key: str) -> str | None:
    try:
        raw = b64decode(sealed, validate=True)
        nonce, body = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        return AESGCM(_key(secret_key)).decrypt(nonce, body, host.encode()).decode()
    except (InvalidTag, ValueError):
        return None


def _key(secret_key: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, None, b"firsthand mastodon app").derive(secret_key.encode())
