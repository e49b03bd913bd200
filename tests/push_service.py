"""A browser's half of web push, and a push service that checks who sends: written from the RFCs.

It shares no code with the server's half: RFC 8291 and 8188 (what the browser reads), RFC 8292 (the
signature that the service checks).
"""

import base64
import hashlib
import hmac
import json
import os
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_HASH = hashlib.sha256


def _letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(letters: str) -> bytes:
    return base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    """One round of RFC 5869's second step is enough for 32 bytes."""
    return hmac.digest(key, info + b"\x01", _HASH)[:length]


class Browser:
    """Its keys, and what it makes of a body."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._secret = os.urandom(16)
        self._public = self._key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )

    @property
    def p256dh(self) -> str:
        return _letters(self._public)

    @property
    def auth(self) -> str:
        return _letters(self._secret)

    def read(self, body: bytes) -> bytes:
        """Raises InvalidTag for what is not meant for it."""
        salt, record, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= record
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        agreed = self._key.exchange(ec.ECDH(), point)
        first = hmac.digest(self._secret, agreed, _HASH)
        keying = _expand(first, b"WebPush: info\x00" + self._public + sender, 32)
        second = hmac.digest(salt, keying, _HASH)
        key = _expand(second, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _expand(second, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(key).decrypt(nonce, sealed, None)
        payload, end, _ = padded.rpartition(b"\x02")
        assert end
        return payload


class _Server(ThreadingHTTPServer):
    # With the usual five some of several senders at once would wait a second to connect.
    request_queue_size = 128


class PushService:
    """``with PushService() as service``: a real one on loopback.

    ``answer`` decides by path; an answer of 0 never comes, until the service ends.
    """

    def __init__(self, answer: Callable[[str], int] = lambda _: 201) -> None:
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        self._answer = answer
        self._ending = threading.Event()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the library's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = service._answer(self.path)
                if status == 0:
                    service._ending.wait(60)
                    return
                if not service._is_signed(dict(self.headers.items())):
                    status = 403
                if status in {200, 201}:
                    service.taken.append((self.path, dict(self.headers.items()), body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self._server = _Server(("127.0.0.1", 0), Handler)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ending.set()
        self._server.shutdown()
        self._server.server_close()

    def _is_signed(self, headers: dict[str, str]) -> bool:
        scheme, _, rest = headers.get("Authorization", "").partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        head, claims, signature = parts["t"].split(".")
        said = json.loads(_raw(claims))
        numbers = [int.from_bytes(_raw(signature)[at : at + 32], "big") for at in (0, 32)]
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _raw(parts["k"]))
        public.verify(
            encode_dss_signature(*numbers), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256())
        )
        is_complete = headers.get("Content-Encoding") == "aes128gcm" and "TTL" in headers
        return scheme == "vapid" and said["aud"] == self.origin and is_complete
