"""From what a foreign code says to whom a card is made for. Pure."""

import hashlib
import hmac
import re
from uuid import UUID

from firsthand.badges.foreign_codes import PersonCode, ProfileCode
from firsthand.contacts.persons import SomeProfile
from firsthand.handles.parsing import ParsedHandle


def code_digest(code_key: bytes, code: str) -> str:
    """All that is kept of a code: 64 hex digits, of no use without the key."""
    return hmac.digest(code_key, _words(code), hashlib.sha256).hex()


def hint_key(code_key: bytes, owner_id: UUID) -> bytes:
    """The key of one owner's hints. Their phone has it, so that it calls an unknown badge by the
    same four letters without network.
    """
    return hmac.digest(code_key, b"hint" + owner_id.bytes, hashlib.sha256)[:16]


def code_hint(key: bytes, code: str) -> str:
    """By what the owner tells unknown badges apart: four hex digits."""
    return hmac.digest(key, _words(code), hashlib.sha256).hex()[:4]


def _words(code: str) -> bytes:
    """Devices break lines differently, so only the words count."""
    words = re.sub(r"[ \t\r\n]+", " ", code).strip(" ")
    # A lone half of a character is no UTF-8, and still one code and not another.
    return words.encode("utf-8", "surrogatepass")


def some_profile(owner_id: UUID, found: PersonCode | ProfileCode, digest: str) -> SomeProfile:
    if isinstance(found, ProfileCode):
        return SomeProfile(owner_id, _marks((found.handle,)), called=found.handle.name)
    return SomeProfile(
        owner_id,
        _marks(found.handles),
        called=_called_on_card(found),
        name=found.name,
        headline=found.headline,
        company=found.company,
        email=found.email,
        phone=found.phone,
        note=found.site,
        code_hash=digest,
    )


def _marks(handles: tuple[ParsedHandle, ...]) -> tuple[tuple[str, str, str], ...]:
    return tuple((handle.network.value, handle.key, handle.name) for handle in handles)


def _called_on_card(card: PersonCode) -> str:
    """A card without a name: whatever of it comes nearest to one."""
    if card.handles:
        return card.handles[0].name
    return card.email or card.phone or card.company or card.headline or card.site
