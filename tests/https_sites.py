"""Web servers on this machine that speak real https under whatever names a test gives them."""

import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Page = str | bytes | Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Sites:
    """``pages`` by (host, path with query); what was asked for stands in ``asked``."""

    port: int = 0
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    pages: dict[tuple[str, str], Page] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def put(self, url: str, page: Page) -> None:
        host, _, path = url.removeprefix("https://").partition("/")
        self.pages[host, f"/{path}"] = page

    def resolve(self, host: str, port: int) -> Sequence[str]:
        """Every name is this machine."""
        return ["127.0.0.1"]


@contextmanager
def https_sites(folder: Path, *hosts: str) -> Iterator[Sites]:
    """A server whose certificate is for these hosts, and a context that trusts it."""
    file = folder / "sites.pem"
    file.write_bytes(_certificate(hosts))
    sites = Sites(trust=ssl.create_default_context(cafile=str(file)))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = (self.headers["Host"] or "").partition(":")[0]
            sites.asked.append((host, self.path))
            page = sites.pages.get((host, self.path))
            if page is None and callable(sites.pages.get((host, self.path.partition("?")[0]))):
                page = sites.pages[host, self.path.partition("?")[0]]
            if callable(page):
                page(self)
            elif page is None:
                self.send_error(404)
            else:
                body = page.encode() if isinstance(page, str) else page
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 (the base class looks for that name)

        def log_message(self, *_: object) -> None:
            """Tests print nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that hangs up is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(file)
    # The handshake belongs to the request's own thread, or one bad client would block the others.
    server.socket = ours.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    sites.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield sites
    server.shutdown()
    server.server_close()
    thread.join()


def _certificate(hosts: Sequence[str]) -> bytes:
    """A self-signed certificate with its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sites of the tests")])
    now = datetime.now(UTC)
    names = [x509.DNSName(host) for host in hosts]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([*names, x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
