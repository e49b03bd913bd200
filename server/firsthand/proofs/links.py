"""Links by which a page says "this is also me". Pure; every page is hostile.

``rel="me"`` is of XFN 1.1 (gmpg.org/xfn/11) and the HTML microformats; it stands on ``a`` and
``link`` elements, and in the Link header of RFC 8288.
"""

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

_MOST_LINKS = 1_000
_HEADER_LINK = re.compile(r"<([^<>]{1,2000})>([^<>]{0,2000})")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)


def me_links(html: str, base: str, headers: Iterable[str] = ()) -> list[str]:
    """The addresses, made absolute, of all links with ``rel="me"``, each once."""
    page = LexborHTMLParser(html)
    elements = page.css("a[rel][href], link[rel][href]")[:_MOST_LINKS]
    targets = [
        str(element.attributes["href"])
        for element in elements
        if "me" in (element.attributes["rel"] or "").lower().split() and element.attributes["href"]
    ]
    found = [
        target
        for header in headers
        for target, parameters in _HEADER_LINK.findall(header)
        if (rel := _REL.search(parameters)) and "me" in (rel[1] or rel[2]).lower().split()
    ]
    absolute = (_absolute(base, target) for target in (*found, *targets))
    return list(dict.fromkeys(url for url in absolute if url))


def plain_text(html: str) -> str:
    """What a person reads of it."""
    body = LexborHTMLParser(html).body
    return body.text(separator=" ") if body else ""


def same_page(one: str, other: str) -> bool:
    """Whether two addresses name one page, whatever the case of the host and the last slash."""
    return _normal(one) == _normal(other)


def mentions(text: str, code: str) -> bool:
    """Whether the code stands in a text by itself, not as a part of a longer one."""
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(code)}(?![0-9A-Za-z])", text, re.I) is not None


def _absolute(base: str, target: str) -> str | None:
    try:
        url = urljoin(base, target.strip())
        return url if urlsplit(url).scheme in {"http", "https"} else None
    except ValueError:
        return None


def _normal(url: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ("", "", url)
    return (host, parts.path.rstrip("/").lower(), parts.query)
