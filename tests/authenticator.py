"""An authenticator in software (WebAuthn Level 3): makes passkeys and signs with them.

It does as it is told, so that a test can have it break any rule of the protocol.
"""

import base64
import hashlib
import json
import struct
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _HAS_KEY = 0x01, 0x04, 0x40
# A parameter of a public key for private use (RFC 9052, 11.2).
_SAYS_NOTHING = -70_000
Options = dict[str, Any]


def encoded(data: bytes) -> str:
    """base64url without padding, as browsers write it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """Of one person, with one passkey at most.

    ``rp_id``, ``count``, ``verifies``, ``credential_id`` and ``more``, which stands in its public
    key and says nothing, may be set to what a hostile or broken one would say. A ``step`` of 0 is a
    passkey that does not count.
    """

    origin: str
    rp_id: str
    step: int = 1
    count: int = 0
    verifies: bool = True
    credential_id: bytes = field(default_factory=lambda: uuid4().bytes)
    handle: bytes = b""
    more: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, options: Options) -> str:
        """What a browser sends of ``navigator.credentials.create``."""
        self.handle = decoded(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose: dict[int, int | bytes] = {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32),
            -3: numbers.y.to_bytes(32),
        }
        if self.more:
            cose[_SAYS_NOTHING] = self.more
        length = struct.pack(">H", len(self.credential_id))
        made = bytes(16) + length + self.credential_id + cbor2.dumps(cose)
        statement = {"fmt": "none", "attStmt": {}, "authData": self._data(_HAS_KEY) + made}
        client = self._client("webauthn.create", options)
        return self._answer(clientDataJSON=client, attestationObject=cbor2.dumps(statement))

    def sign(self, options: Options, **client_data: Any) -> str:
        """What a browser sends of ``navigator.credentials.get``; ``client_data`` lies in it."""
        self.count += self.step
        data, client = self._data(0), self._client("webauthn.get", options, **client_data)
        signed = data + hashlib.sha256(client).digest()
        return self._answer(
            clientDataJSON=client,
            authenticatorData=data,
            signature=self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
            userHandle=self.handle,
        )

    def _data(self, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verifies else 0)
        rp_id_hash = hashlib.sha256(self.rp_id.encode()).digest()
        return rp_id_hash + struct.pack(">BI", flags, self.count)

    def _client(self, type_: str, options: Options, **more: Any) -> bytes:
        told = {"type": type_, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps({**told, "crossOrigin": False, **more}).encode()

    def _answer(self, **response: bytes) -> str:
        name = encoded(self.credential_id)
        fields = {part: encoded(data) for part, data in response.items() if data}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": fields})
