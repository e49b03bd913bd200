"""Web addresses and domains as people paste them. Pure; every text is hostile."""

import functools
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

import idna

from firsthand.handles.problem import HandleProblem

LONGEST_PASTE = 2048

# What stands around a handle in a sentence, a list, a mail client's <...> or a CSV cell.
_EDGES = frozenset(
    "\"'`<>()[]{}|*,;.!?/"
    "\u00ab\u00bb\u00b7\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2022\u2039\u203a"
)
# Input methods for Chinese and Japanese write ASCII in full width.
_FOLDED = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord("\u3002"): ".",
    ord("\ufe6b"): "@",
}
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_LABELS = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_PRIVATE_ENDS = frozenset({"local", "localhost", "internal", "lan", "onion", "arpa", "invalid"})
_LONGEST_DOMAIN = 253
_BORROWED_ALPHABETS = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU")
# Letters of Latin Extended-A that pass for plain ones: dotless i, kra, l with middle dot, long s.
_CONFUSING = frozenset("\u0131\u0138\u0140\u0149\u017f")


@dataclass(frozen=True, slots=True)
class WebAddress:
    """``host`` in lower-case A-labels, ``path`` as decoded segments, ``query`` as it stands."""

    host: str
    path: tuple[str, ...]
    query: str


def tidy(text: str) -> str:
    """The text without what a paste brings along. Raises HandleProblem if it cannot be one handle.

    Directions and other invisible marks go, full width becomes ASCII, and quotes, brackets and
    blanks around it fall away.
    """
    if len(text) > LONGEST_PASTE:
        raise HandleProblem("That is too long. Paste one profile's address, or one name.")
    seen = "".join(c for c in text.translate(_FOLDED) if unicodedata.category(c) != "Cf")
    start, end = 0, len(seen)
    while start < end and (seen[start] == "@" or _is_edge(seen[start])):
        start += 1
    while start < end and _is_edge(seen[end - 1]):
        end -= 1
    kept = seen[start:end]
    if not kept:
        raise HandleProblem("There is no name in it. Paste a profile's address, or a name.")
    if any(c.isspace() for c in kept):
        raise HandleProblem("Paste one profile's address or one name at a time, without spaces.")
    if is_unseen(kept):
        raise HandleProblem("There are characters in it that no name has.")
    is_marked = "@" in seen[:start] and "://" not in kept
    return f"@{kept}" if is_marked else kept


def is_unseen(text: str) -> bool:
    """Is there a control, a direction mark, a blank or a stray half of a character in it?"""
    return any(unicodedata.category(c) in _UNSEEN for c in text)


def read_web_address(text: str) -> WebAddress:
    """Take ``x.com/ana?lang=de``, without its scheme, to pieces. Raises HandleProblem."""
    authority, rest = _split(text, "/?#")
    if "\\" in text:
        raise HandleProblem("There is a backslash in that address. Copy it from the browser again.")
    if "@" in authority:
        raise HandleProblem("That address has a name before its site. Copy it from the browser.")
    if ":" in authority:
        raise HandleProblem("An address with a port number is not a public profile.")
    host = read_domain(authority)
    path, query = _split(rest.partition("#")[0], "?")
    segments = [decode(part) for part in path.split("/") if part not in {"", "."}]
    if any(segment in {".", ".."} for segment in segments):
        raise HandleProblem("There is a '..' in that address. Copy it from the browser again.")
    # A full stop at the end belongs to the sentence around the address.
    while segments and not segments[-1].rstrip("."):
        segments.pop()
    if segments:
        segments[-1] = segments[-1].rstrip(".")
    return WebAddress(host, tuple(segments), query.removeprefix("?"))


def decode(part: str) -> str:
    """A segment with its %-escapes resolved, once. Raises HandleProblem."""
    try:
        decoded = unquote_to_bytes(part).decode("utf-8") if "%" in part else part
    except UnicodeDecodeError:
        decoded = "\0"
    if is_unseen(decoded):
        raise HandleProblem("There are characters in that address that no name has.")
    return decoded


def read_domain(text: str) -> str:
    """The domain in lower case and A-labels, without a last dot. Raises HandleProblem."""
    domain = ascii_domain(text)
    if domain is None:
        raise HandleProblem("That address has no site in it that everybody could open.")
    return domain


# A list of people has few servers, each of them very often.
@functools.lru_cache(maxsize=4096)
def ascii_domain(text: str) -> str | None:
    """The same, None for what is no public name (IP addresses, .local, mixed alphabets).

    UTS 46 mapping and IDNA 2008, as browsers do.
    """
    if len(text) > _LONGEST_DOMAIN:
        return None
    try:
        domain = idna.encode(text, uts46=True, std3_rules=True).decode("ascii")
        domain = domain.lower().removesuffix(".")
        mixed = any(_mixes_alphabets(idna.ulabel(label)) for label in _a_labels(domain))
    except UnicodeError:
        return None
    public = _LABELS.fullmatch(domain) and domain.rpartition(".")[2] not in _PRIVATE_ENDS
    return domain if public and not mixed and len(domain) <= _LONGEST_DOMAIN else None


def readable_domain(domain: str) -> str:
    """How to show a domain: only accented Latin letters are shown for what they are.

    In every other alphabet somebody can write what looks like another site's name.
    """
    if "xn--" not in domain:
        return domain
    return ".".join(
        _readable_label(label) if label.startswith("xn--") else label for label in domain.split(".")
    )


def _readable_label(label: str) -> str:
    try:
        shown = idna.ulabel(label)
    except UnicodeError:
        return label
    plain = all(c.isascii() or ("\u00df" <= c <= "\u017f" and c not in _CONFUSING) for c in shown)
    return shown if plain else label


def _a_labels(domain: str) -> list[str]:
    return [label for label in domain.split(".") if label.startswith("xn--")]


def _mixes_alphabets(label: str) -> bool:
    borrowed = any(unicodedata.name(c, "").startswith(_BORROWED_ALPHABETS) for c in label)
    return borrowed and any(unicodedata.name(c, "").startswith("LATIN") for c in label)


def _is_edge(character: str) -> bool:
    return character in _EDGES or character.isspace() or unicodedata.category(character) == "Cc"


def _split(text: str, ends: str) -> tuple[str, str]:
    at = min((found for end in ends if (found := text.find(end)) >= 0), default=len(text))
    return text[:at], text[at:]
