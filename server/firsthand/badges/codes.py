"""The badge's two codes: the token in its QR code, and the short code for typing and saying.

Both are written in Crockford's base32 (https://www.crockford.com/base32.html): no I, L, O or U,
and whoever reads I or L as 1 and O as 0 is understood.
"""

import functools
import hashlib
import re
import secrets
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TOKEN_LENGTH = 26
SHORT_CODE_LENGTH = 8

# The longest text that can be a code of ours; a scanned code may hold a whole vCard.
_LONGEST_CODE = 2048
_LOOKALIKES = str.maketrans("ILO", "110")
_DEFAULT_PORTS = {"http": 80, "https": 443}
# What the alphanumeric mode of a QR code can hold (ISO/IEC 18004, table 5).
_QR_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]*")


@dataclass(frozen=True, slots=True)
class BadgeToken:
    """A badge of this instance; the token is normalised."""

    token: str


@dataclass(frozen=True, slots=True)
class BrokenBadge:
    """An address of this instance's badges whose token cannot be one."""


@dataclass(frozen=True, slots=True)
class ShortCode:
    """Something that may be the short code of a badge at the event; normalised."""

    code: str


@dataclass(frozen=True, slots=True)
class ForeignCode:
    """Any other code, as it was read."""

    text: str


Code = BadgeToken | BrokenBadge | ShortCode | ForeignCode


def new_token() -> str:
    """A random token of 26 characters (130 bits)."""
    return _random(TOKEN_LENGTH)


def new_short_code() -> str:
    """A random short code of 8 characters (40 bits); the caller makes it unique in its event."""
    return _random(SHORT_CODE_LENGTH)


def token_digest(token: str) -> str:
    """By what a phone without network knows a badge that it reads: 32 hex digits of SHA-256.

    The token is random (130 bits), so nobody finds it from this; a short code (40 bits) would be.
    """
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def normalise_token(text: str) -> str | None:
    """The token as it is stored, or None if the text cannot be one."""
    return _normalise(text, TOKEN_LENGTH)


def normalise_short_code(text: str) -> str | None:
    """The short code as it is stored, or None if the text cannot be one.

    Case, hyphens and spaces do not matter; I and L are 1, O is 0.
    """
    if len(text) > _LONGEST_CODE:
        return None
    return _normalise(re.sub(r"[\s\-\u2010-\u2015]", "", text), SHORT_CODE_LENGTH)


def spoken_short_code(code: str) -> str:
    """The short code in two groups, as it is printed: `7F3C-9KQ2`."""
    half = SHORT_CODE_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


def badge_address(base_url: str, token: str) -> str:
    """The address in the badge's QR code.

    Upper case as a whole where that changes nothing (the base URL has no path of its own), because
    the QR alphanumeric mode then needs fewer modules, which read from further away.
    """
    address = f"{base_url.rstrip('/')}/b/{token}"
    if urlsplit(base_url).path.strip("/") or not base_url.isascii():
        return address
    return address.upper()


def fits_qr_alphanumeric(text: str) -> bool:
    """Whether a QR code can hold the text in its alphanumeric mode."""
    return _QR_ALPHANUMERIC.fullmatch(text) is not None


def read_code(text: str, base_url: str) -> Code:
    """What a scanned or typed text is, for the instance at `base_url`."""
    trimmed = text.strip() if len(text) <= _LONGEST_CODE else ""
    token = _token_in_address(trimmed, base_url)
    if token is not None:
        normalised = normalise_token(token)
        return BadgeToken(normalised) if normalised else BrokenBadge()
    short_code = normalise_short_code(trimmed)
    return ShortCode(short_code) if short_code else ForeignCode(text)


def _random(length: int) -> str:
    # A byte holds each of the 32 letters equally often; one call, because lists have many badges.
    return "".join(ALPHABET[byte % 32] for byte in secrets.token_bytes(length))


def _normalise(text: str, length: int) -> str | None:
    # The length is compared before and after: upper() makes two characters of some single ones.
    if len(text) != length or not text.isascii():
        return None
    upper = text.upper().translate(_LOOKALIKES)
    return upper if all(character in ALPHABET for character in upper) else None


def _token_in_address(text: str, base_url: str) -> str | None:
    """What stands for the token in a badge address of this instance; None for anything else."""
    try:
        address = urlsplit(text)
        place = _place(address)
    except ValueError:
        return None
    our_place, prefix = _home(base_url)
    if place is None or place != our_place:
        return None
    # Badges of an instance without a path are printed in upper case, so `/B/` is `/b/`.
    match = re.fullmatch(r"/[bB](?:/(.*?))?/*", address.path[len(prefix) :], re.DOTALL)
    if match is None or not address.path.startswith(prefix):
        return None
    return unquote(match[1] or "")


@functools.lru_cache(maxsize=8)
def _home(base_url: str) -> tuple[tuple[str, int | None] | None, str]:
    """Where this instance lives: its place and the path before ``/b/``."""
    base = urlsplit(base_url)
    return _place(base), base.path.rstrip("/")


def _place(url: SplitResult) -> tuple[str, int | None] | None:
    """Host and port; the port is None if it is the scheme's own, so that http is https."""
    scheme = url.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not url.hostname or "@" in url.netloc:
        return None
    port = None if url.port == _DEFAULT_PORTS[scheme] else url.port
    return url.hostname.lower().rstrip("."), port
