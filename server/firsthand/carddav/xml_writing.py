"""Multi-status answers and errors of WebDAV (RFC 4918) as XML. Pure."""

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

DAV = "{DAV:}"
CARDDAV = "{urn:ietf:params:xml:ns:carddav}"
# What address books ask for to see whether anything has changed; of no standard, but everywhere.
CALENDARSERVER = "{http://calendarserver.org/ns/}"
_PREFIXES = {DAV: "D", CARDDAV: "C", CALENDARSERVER: "S"}
_SPACES = " ".join(
    f"xmlns:{prefix}={quoteattr(space[1:-1])}" for space, prefix in _PREFIXES.items()
)
_START = '<?xml version="1.0" encoding="utf-8"?>\n'
MULTISTATUS_START = f"{_START}<D:multistatus {_SPACES}>"
MULTISTATUS_END = "</D:multistatus>\n"


def element(name: str, content: str = "", attributes: str = "") -> str:
    """``name`` in Clark's notation; ``content`` is XML already, ``attributes`` begin with a blank.

    A namespace that is not one of ours is declared on the spot.
    """
    space, brace, local = name.rpartition("}")
    prefix = _PREFIXES.get(space + brace)
    if prefix:
        tag = f"{prefix}:{local}"
    elif space:
        tag = f"x:{local}"
        attributes += f" xmlns:x={quoteattr(space[1:])}"
    else:
        tag = local
    return f"<{tag}{attributes}>{content}</{tag}>" if content else f"<{tag}{attributes}/>"


def text(said: str) -> str:
    """As the content of an element."""
    return escape(said, {"\r": "&#13;"})


def href(path: str) -> str:
    return element(f"{DAV}href", text(path))


def found(path: str, asked: Iterable[str], has: Mapping[str, str]) -> str:
    """A response with the properties asked for: those that are there, and those that are not."""
    there, missing = [], []
    for name in asked:
        if name in has:
            there.append(element(name, has[name]))
        else:
            missing.append(element(name))
    parts = [_propstat(there, "200 OK")] if there or not missing else []
    if missing:
        parts.append(_propstat(missing, "404 Not Found"))
    return element(f"{DAV}response", href(path) + "".join(parts))


def not_found(path: str) -> str:
    """A response for what is not there (any more)."""
    return element(f"{DAV}response", href(path) + _status("404 Not Found"))


def cut_short(path: str) -> str:
    """A response that says that there would be more than was asked for (RFC 6352, 8.6.2)."""
    error = element(f"{DAV}error", element(f"{DAV}number-of-matches-within-limits"))
    return element(f"{DAV}response", href(path) + _status("507 Insufficient Storage") + error)


def error(condition: str) -> str:
    """The body of a refusal: which precondition does not hold."""
    return f"{_START}<D:error {_SPACES}>{element(condition)}</D:error>\n"


def _propstat(properties: list[str], status: str) -> str:
    listed = element(f"{DAV}prop", "".join(properties))
    return element(f"{DAV}propstat", listed + _status(status))


def _status(status: str) -> str:
    return element(f"{DAV}status", f"HTTP/1.1 {status}")
