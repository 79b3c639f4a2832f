"""A WebAuthn authenticator in software: makes credentials and signs, rightly or with one thing bent."""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from webauthn.helpers import encode_cbor

ORIGIN: Final = "http://localhost:8000"
RP_ID: Final = "localhost"
_PRESENT: Final = 0x01
_VERIFIED: Final = 0x04
_ATTESTED: Final = 0x40


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _client(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()


@dataclass
class SoftAuthenticator:
    """One credential on one device; ``counts`` is whether its counter rises."""

    algorithm: str = "ES256"
    counts: bool = True
    count: int = 0
    credential_id: bytes = field(default_factory=lambda: os.urandom(16))

    def __post_init__(self) -> None:
        self._ec = ec.generate_private_key(ec.SECP256R1())
        self._ed = ed25519.Ed25519PrivateKey.generate()

    def create(
        self, options: dict[str, Any], *, origin: str = ORIGIN, rp_id: str = RP_ID, verified: bool = True
    ) -> Any:
        """What ``navigator.credentials.create`` gives, with attestation "none"."""
        credential = len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._cose()
        data = self._data(rp_id, verified=verified, extra=_ATTESTED) + bytes(16) + credential
        return self._spoken(
            {
                "clientDataJSON": b64(_client("webauthn.create", options["challenge"], origin)),
                "attestationObject": b64(encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})),
            }
        )

    def get(self, options: dict[str, Any], *, origin: str = ORIGIN, rp_id: str = RP_ID, verified: bool = True) -> Any:
        """What ``navigator.credentials.get`` gives."""
        self.count += self.counts
        data = self._data(rp_id, verified=verified)
        client = _client("webauthn.get", options["challenge"], origin)
        return self._spoken(
            {
                "clientDataJSON": b64(client),
                "authenticatorData": b64(data),
                "signature": b64(self._sign(data + hashlib.sha256(client).digest())),
                "userHandle": None,
            }
        )

    def _spoken(self, response: dict[str, Any]) -> dict[str, Any]:
        name = b64(self.credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }

    def _data(self, rp_id: str, *, verified: bool, extra: int = 0) -> bytes:
        flags = _PRESENT | (_VERIFIED if verified else 0) | extra
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _cose(self) -> bytes:
        if self.algorithm == "ES256":
            numbers = self._ec.public_key().public_numbers()
            x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
            return encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        return encode_cbor({1: 1, 3: -8, -1: 6, -2: self._ed.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)})

    def _sign(self, data: bytes) -> bytes:
        if self.algorithm == "ES256":
            return self._ec.sign(data, ec.ECDSA(hashes.SHA256()))
        return self._ed.sign(data)
