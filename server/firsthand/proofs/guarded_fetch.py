"""Fetches a page that a stranger named, without being led anywhere else.

Only https on its own port, only addresses of the public internet. A host is resolved once and the
connection goes to just that address, so that a name which answers differently the second time (DNS
rebinding) gains nothing. Every redirect is judged anew and stays on its host.

Signing in elsewhere sends its own requests through the same rules.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

Resolve = Callable[[str, int], Sequence[str]]

_MOST_BYTES = 1_000_000
_SECONDS = 10.0
_MOST_REDIRECTS = 3
_REDIRECTS = {301, 302, 303, 307, 308}
_CHUNK = 16_384
_AGENT = "Firsthand (checks a link that its owner asked for)"
# What ``is_global`` lets through (in some versions of Python) and yet leads into somebody's own
# network: NAT64, 6to4 and the older ways of translation hold an IPv4 address of whatever kind, and
# fec0::/10 was a site's own.
_SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        (
            *("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "::/96", "::ffff:0:0:0/96"),
            *("fec0::/10", "192.0.0.0/24", "192.88.99.0/24"),
        ),
    )
)


class NotFetched(Exception):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """The page could not be had; the message says why, for the person who named it.

    ``gone``: it answered, and there is no such page. ``slow``: it took longer than we wait.
    """

    def __init__(self, why: str, *, gone: bool = False, slow: bool = False) -> None:
        super().__init__(why)
        self.gone = gone
        self.slow = slow


@dataclass(frozen=True, slots=True)
class Fetched:
    """``url`` after redirects; ``body`` at most a megabyte; ``links`` the Link headers."""

    url: str
    content_type: str
    body: bytes
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What one request was answered, whatever its status; no redirect is followed."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class _Received:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    is_whole: bool


def is_public(address: str) -> bool:
    """Whether this address is one of the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return ip.is_global and not ip.is_multicast and not any(ip in each for each in _SPECIAL)


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Fetcher:
    """The limits of one fetch, redirects included; tests have servers and names of their own.

    ``operators_own``: the origin of a server that the operator named in the settings. It may stand
    anywhere, also inside, on any port, and on this machine speak plain http.
    """

    is_allowed: Callable[[str], bool] = is_public
    resolve: Resolve = resolve
    port: int = 443
    trust: ssl.SSLContext | None = None
    seconds: float = _SECONDS
    operators_own: str = ""

    def fetch(self, url: str, accept: str = "text/html") -> Fetched:
        """Raises NotFetched."""
        deadline = time.monotonic() + self.seconds
        headers = {"Accept": accept, "User-Agent": _AGENT}
        here = _checked(url, self.port)
        for _ in range(_MOST_REDIRECTS + 1):
            received = self._exchange("GET", here, headers, b"", deadline)
            location = received.headers.get("Location")
            if not (received.status in _REDIRECTS and location):
                return _page(here, received)
            there = _checked(urljoin(here.geturl(), location), self.port)
            if _bare(there.hostname) != _bare(here.hostname):
                raise NotFetched(f"{here.hostname} sends elsewhere, to {there.hostname}.")
            here = there
        raise NotFetched(f"{here.hostname} sends from one address to the next without an end.")

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answered:
        """One request and its whole answer. Raises NotFetched, also where it is too large."""
        here = urlsplit(url) if self._is_operators(url) else _checked(url, self.port)
        received = self._exchange(method, here, headers, body, time.monotonic() + self.seconds)
        if not received.is_whole:
            raise NotFetched(f"{here.hostname} answers with far too much.")
        return Answered(received.status, received.body)

    def _is_operators(self, url: str) -> bool:
        return bool(self.operators_own) and url.startswith(f"{self.operators_own}/")

    def _exchange(
        self,
        method: str,
        url: SplitResult,
        headers: Mapping[str, str],
        body: bytes,
        deadline: float,
    ) -> _Received:
        host = url.hostname or ""
        own = self._is_operators(url.geturl())
        port = (url.port or (443 if url.scheme == "https" else 80)) if own else self.port
        trust = None if url.scheme == "http" else self.trust or ssl.create_default_context()
        connection = _Pinned(host, self._address(host, port, own=own), port, trust, deadline)
        # Every read is bounded, yet a byte a second would keep it alive for hours.
        watch = threading.Timer(max(0.0, deadline - time.monotonic()), connection.cut)
        watch.daemon = True
        watch.start()
        try:
            target = (url.path or "/") + (f"?{url.query}" if url.query else "")
            sent = {"Accept-Encoding": "identity", **headers}
            connection.request(method, target, body=body or None, headers=sent)
            response = connection.getresponse()
            connection.answer = response
            is_page = response.status not in _REDIRECTS
            got = _read(response) if is_page else b""
            if connection.is_cut:
                raise TimeoutError
            is_whole = len(got) < _MOST_BYTES
            return _Received(response.status, response.headers, got, is_whole)
        except ssl.SSLCertVerificationError:
            raise NotFetched(f"The certificate of {host} is not valid.") from None
        except (OSError, http.client.HTTPException, ValueError):
            slow = time.monotonic() >= deadline
            raise NotFetched(
                f"{host} takes too long to answer." if slow else f"{host} cannot be reached.",
                slow=slow,
            ) from None
        finally:
            watch.cancel()
            connection.close()

    def _address(self, host: str, port: int, *, own: bool) -> str:
        try:
            addresses = self.resolve(host, port)
        except (OSError, UnicodeError):
            addresses = []
        if not addresses:
            raise NotFetched(f"There is no {host}.")
        # One address that leads inside is enough: it might be the one that is taken next time.
        if not own and not all(self.is_allowed(address) for address in addresses):
            raise NotFetched(f"{host} is not on the public internet.")
        return addresses[0]


def _page(url: SplitResult, received: _Received) -> Fetched:
    if received.status != 200:
        gone = received.status in {404, 410}
        raise NotFetched(f"{url.hostname} answers {received.status}.", gone=gone)
    return Fetched(
        url.geturl(),
        (received.headers.get("Content-Type") or "").lower(),
        received.body,
        tuple(received.headers.get_all("Link") or ()),
    )


class _Pinned(http.client.HTTPSConnection):
    """Connects to this very address, and checks the certificate against the host's name.

    Without ``trust`` it speaks plain http.
    """

    def __init__(
        self, host: str, address: str, port: int, trust: ssl.SSLContext | None, deadline: float
    ) -> None:
        self._trust = trust
        self._address = address
        self._deadline = deadline
        self.is_cut = False
        self.answer: http.client.HTTPResponse | None = None
        # ``self.sock`` is let go of once the answer has begun.
        self._open: socket.socket | None = None
        super().__init__(host, port, context=trust)

    def connect(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._open = socket.create_connection((self._address, self.port), timeout=left)
        self.sock = self._open
        if self._trust is not None:
            # What is wrapped lets go of the plain socket.
            self._open = self.sock = self._trust.wrap_socket(self._open, server_hostname=self.host)

    def close(self) -> None:
        if self.answer is not None:
            self.answer.close()
        super().close()
        if self._open is not None:
            self._open.close()

    def cut(self) -> None:
        """From another thread: whatever waits for this connection ends now."""
        self.is_cut = True
        if self._open is not None:
            # It may have ended by itself.
            with contextlib.suppress(OSError):
                self._open.shutdown(socket.SHUT_RDWR)


def _read(response: http.client.HTTPResponse) -> bytes:
    """What matters stands at the beginning of a page; an endless one is read no further."""
    parts: list[bytes] = []
    length = 0
    while length < _MOST_BYTES and (part := response.read1(_CHUNK)):
        parts.append(part)
        length += len(part)
    return b"".join(parts)[:_MOST_BYTES]


def _checked(url: str, port: int) -> SplitResult:
    try:
        parts = urlsplit(url)
        asked = parts.port
    except ValueError:
        raise NotFetched("That is no web address.") from None
    host = parts.hostname or ""
    if parts.scheme != "https" or parts.username is not None or asked not in {None, port}:
        raise NotFetched("Only https addresses without a port or a password are looked at.")
    if "." not in host or _is_address(host) or not host.isascii():
        raise NotFetched("Only an address with a host's name is looked at.")
    if not url.isascii() or any(character <= " " for character in url):
        raise NotFetched("That is no web address.")
    return parts


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # What looks like a number is one to some resolvers: 0x7f.1, 2130706433.
        return host.rpartition(".")[2].isdigit() or host.lower().startswith("0x")
    return True


def _bare(host: str | None) -> str:
    return (host or "").removeprefix("www.")
