"""Web push: a payload that only one browser can read, and who it is from. Pure.

RFC 8291 (message encryption), RFC 8188 (aes128gcm), RFC 8292 (VAPID). The libraries for it bring
two HTTP clients or are built from source at every install, for what are two keys and one cipher of
``cryptography``; tests hold it to the RFC's own example and to a reader that others wrote.
"""

import base64
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from firsthand.problems import Invalid

# Push services take 4,096 bytes in all; the head takes 86 and the seal 17.
MOST_BYTES = 3_900
_RECORD = 4_096
_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_TOKEN_LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Receiver:
    """A browser's public key (65 bytes) and its secret (16 bytes)."""

    public: bytes
    secret: bytes


class ServerKey:
    """The key that names this server to push services: made of its secret key, so that every
    replica has the same one and none has to be kept.
    """

    def __init__(self, secret_key: str) -> None:
        seed = int.from_bytes(hashlib.sha512(f"vapid\0{secret_key}".encode()).digest(), "big")
        self._private = ec.derive_private_key(seed % (_ORDER - 1) + 1, _CURVE)

    @property
    def public(self) -> str:
        """For ``applicationServerKey`` of a browser's subscription."""
        return _letters(_point(self._private.public_key()))

    def authorization(self, endpoint: str, contact: str, moment: datetime) -> str:
        """The header of one request; ``contact`` is a mailto: or https: address."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((moment + _TOKEN_LASTS).timestamp()),
            "sub": contact,
        }
        head = _letters(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
        said = f"{head}.{_letters(json.dumps(claims).encode())}"
        r, s = decode_dss_signature(self._private.sign(said.encode(), ec.ECDSA(hashes.SHA256())))
        signature = _letters(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return f"vapid t={said}.{signature}, k={self.public}"


def read_receiver(p256dh: str, auth: str) -> Receiver:
    """A subscription's keys as a browser tells them. Raises Invalid."""
    try:
        public, secret = _bytes(p256dh), _bytes(auth)
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, public)
    except ValueError:
        raise Invalid("This subscription's keys cannot be read.") from None
    if len(secret) != 16 or len(public) != 65:
        raise Invalid("This subscription's keys cannot be read.")
    return Receiver(public, secret)


def encrypt(
    payload: bytes,
    receiver: Receiver,
    *,
    salt: bytes | None = None,
    sender: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body of the request. ``salt`` and ``sender`` are new each time, but in a test."""
    if len(payload) > MOST_BYTES:
        raise ValueError(f"a push takes at most {MOST_BYTES} bytes")
    salt = salt or os.urandom(16)
    sender = sender or ec.generate_private_key(_CURVE)
    own = _point(sender.public_key())
    other = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, receiver.public)
    shared = sender.exchange(ec.ECDH(), other)
    info = b"WebPush: info\0" + receiver.public + own
    secret = _derive(shared, receiver.secret, info, 32)
    key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", 12)
    # The one record is the last one: it ends in 2.
    sealed = AESGCM(key).encrypt(nonce, payload + b"\2", None)
    return salt + _RECORD.to_bytes(4, "big") + bytes([len(own)]) + own + sealed


def topic_of(key: str) -> str:
    """The same for the same thing: what still waits at the push service is replaced by it."""
    return _letters(hmac.digest(b"topic", key.encode(), hashlib.sha256))[:32]


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(letters: str) -> bytes:
    if len(letters) > 200 or not letters.isascii():
        raise ValueError("too long")
    return base64.b64decode(
        letters.rstrip("=") + "=" * (-len(letters.rstrip("=")) % 4), altchars=b"-_", validate=True
    )
