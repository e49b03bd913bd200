"""The private link of one side of an introduction: it names the side and cannot be guessed. Pure.

An introduction's id, the side, and a signature with the server's key: so the introducer can be
shown the link again, and the database holds nothing that opens it.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from uuid import UUID

_SIGNATURE = 16


def link_token(key: bytes, introduction_id: UUID, side: int) -> str:
    """44 letters for an address; ``side`` is 0 or 1."""
    said = introduction_id.bytes + bytes([side])
    return base64.urlsafe_b64encode(said + _signature(key, said)).decode()


def read_link_token(keys: Sequence[bytes], token: str) -> tuple[UUID, int] | None:
    """The introduction and the side; None for what no such link has."""
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    said, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
    is_ours = any(hmac.compare_digest(signature, _signature(key, said)) for key in keys)
    # The decoder takes "=" at the end, and "+" for "-"; a link is written in one way.
    if not is_ours or base64.urlsafe_b64encode(raw).decode() != token:
        return None
    return UUID(bytes=said[:16]), said[16]


def link_key(secret_key: str) -> bytes:
    return hashlib.sha256(f"introduction\0{secret_key}".encode()).digest()


def _signature(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, said, hashlib.sha256)[:_SIGNATURE]
