"""By what a removal is remembered, and the link that asks for one. Pure.

Only keyed hashes are kept: who reads the database cannot tell whether an address stands among them.
The key comes from the secret that never changes, since mails and removals outlive the other ones.
"""

import base64
import hashlib
import hmac
from uuid import UUID

from firsthand.organising.list_plan import name_key

_SIGNATURE = 16
_HASH = 16


def removal_key(code_secret: str) -> bytes:
    return hashlib.sha256(f"removal\0{code_secret}".encode()).digest()


def address_hash(key: bytes, event_id: UUID, address: str) -> str:
    """32 hex digits of an address at an event."""
    return _hash(key, event_id, "address", address)


def anywhere_hash(key: bytes, address: str) -> str:
    """32 hex digits of an address, whatever the event."""
    return hmac.digest(key, f"anywhere\0{address}".encode(), hashlib.sha256)[:_HASH].hex()


def staff_hash(key: bytes, event_id: UUID, address: str) -> str:
    """32 hex digits of an address that is invited to help at an event."""
    return _hash(key, event_id, "staff", address)


def person_hashes(
    key: bytes, event_id: UUID, name: str, email: str | None, ticket: str | None
) -> list[str]:
    """Of the address and of the ticket; of the name where a list says nothing else."""
    hashes = [address_hash(key, event_id, email)] if email else []
    if ticket:
        hashes.append(_hash(key, event_id, "ticket", ticket))
    return hashes or [_hash(key, event_id, "name", name_key(name))]


def removal_token(key: bytes, event_id: UUID, address: str) -> str:
    """64 letters for an address of ours; ``address``: the hash of the person's one."""
    said = event_id.bytes + bytes.fromhex(address)
    return base64.urlsafe_b64encode(said + _signature(key, said)).decode()


def read_removal_token(key: bytes, token: str) -> tuple[UUID, str] | None:
    """The event and the hash of the address; None for what no such link has."""
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except ValueError:
        return None
    said, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
    is_ours = hmac.compare_digest(signature, _signature(key, said))
    # The decoder takes "=" at the end, and "+" for "-"; a link is written in one way.
    if not is_ours or base64.urlsafe_b64encode(raw).decode() != token:
        return None
    return UUID(bytes=said[:16]), said[16:].hex()


def _hash(key: bytes, event_id: UUID, kind: str, value: str) -> str:
    said = event_id.bytes + f"{kind}\0{value}".encode("utf-8", "surrogatepass")
    return hmac.digest(key, said, hashlib.sha256)[:_HASH].hex()


def _signature(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, b"link\0" + said, hashlib.sha256)[:_SIGNATURE]
