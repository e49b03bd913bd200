"""The network between a browser and the server, which a test can cut, stall and tamper with."""

import http.client
import math
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass
class Network:
    """``state``: what happens to a request; ``instead``: bodies that stand for a path's own;
    ``gone``: beginnings of paths that the server no longer knows; ``asked``: paths that came by.
    ``brought`` counts the bytes of bodies that came by; at ``most`` of them the network goes down.
    """

    port: int
    server_port: int
    state: Literal["up", "down", "hangs"] = "up"
    instead: dict[str, bytes] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    brought: int = 0
    most: float = math.inf
    closing: threading.Event = field(default_factory=threading.Event)


def _handler(network: Network) -> type[BaseHTTPRequestHandler]:
    class Between(BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            # One request a connection, so that a cut network is cut at once.
            self.close_connection = True
            if network.state == "hangs":
                network.closing.wait(60)
            if network.state != "up":
                self.connection.close()
                return
            path = self.path.partition("?")[0]
            network.asked.append(path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            room = network.most - network.brought
            network.brought += int(min(room, len(body)))
            if len(body) > room:
                network.state = "down"
                self.cut_off(body[: int(room)])
                return
            if path.startswith(tuple(network.gone)):
                self.reply(404, [], b"gone")
                return
            server = http.client.HTTPConnection("127.0.0.1", network.server_port, timeout=30)
            # Also when the browser goes away in the middle.
            with closing(server):
                self.ask(server, path, body)

        def ask(self, server: http.client.HTTPConnection, path: str, body: bytes) -> None:
            headers = {k: v for k, v in self.headers.items() if k.lower() != "connection"}
            if path in network.instead:
                headers["Accept-Encoding"] = "identity"
                headers.pop("If-None-Match", None)
            server.request(self.command, self.path, body, headers)
            with closing(server.getresponse()) as answer:
                content = answer.read()
            kept = [(k, v) for k, v in answer.getheaders() if k.lower() not in _HOP]
            self.reply(answer.status, kept, network.instead.get(path, content))

        def cut_off(self, some: bytes) -> None:
            """The server gets the beginning of the request, and nobody an answer."""
            head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
            with socket.create_connection(("127.0.0.1", network.server_port)) as server:
                server.sendall(f"{self.requestline}\r\n{head}\r\n".encode() + some)
            self.connection.close()

        def reply(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD" and status not in (204, 304):
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = pass_on  # noqa: N815  # the base's names

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Between


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A browser that goes away in the middle is no news."""


@contextmanager
def network_before(server_port: int) -> Iterator[Network]:
    """A network on a free port of its own that leads to the server."""
    network = Network(0, server_port)
    server = _Quiet(("127.0.0.1", 0), _handler(network))
    network.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield network
    finally:
        network.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
