"""The address in a mail that ends the mails with one click (RFC 8058), without signing in. Pure."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from uuid import UUID

_SIGNATURE = 16
_LETTERS = 44


def unsubscribe_token(secret_key: str, owner_id: UUID) -> str:
    """Good for as long as the server has its key: mails are kept for years."""
    raw = b"\0" + owner_id.bytes + _signature(secret_key, owner_id)
    return base64.urlsafe_b64encode(raw).decode()


def read_unsubscribe_token(secret_keys: Sequence[str], token: str) -> UUID | None:
    """Whose it is; None where it was made with none of the keys."""
    if len(token) != _LETTERS or not token.isascii():
        return None
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    owner_id = UUID(bytes=raw[1:17])
    is_ours = any(hmac.compare_digest(raw[17:], _signature(key, owner_id)) for key in secret_keys)
    return owner_id if is_ours and raw[:1] == b"\0" else None


def _signature(secret_key: str, owner_id: UUID) -> bytes:
    key = hashlib.sha256(f"unsubscribe\0{secret_key}".encode()).digest()
    return hmac.digest(key, owner_id.bytes, hashlib.sha256)[:_SIGNATURE]
