"""Signs what a device is told about its batch, with an Ed25519 key derived from the registry's sealing keys.

A compact JWS (RFC 7515, RFC 9864). The keys live in the file that seals, so there is no further secret to keep; every
key in that file is published, so a receipt stays verifiable for as long as what it speaks of can be opened.
"""

import hmac
import json
import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sangathan_chassis.assertion import KeyFile, decode_segment, encode_segment
from sangathan_contracts.receipts import leaf_hash, text_of, tree_root
from sangathan_registry.domain.sync import Result, SentRecord

RECEIPT: Final = "sangathan-receipt"


class ReceiptSigner:
    """Signs with the key file's first key, publishes all."""

    def __init__(self, keys: KeyFile) -> None:
        self._keys = keys
        self._private: dict[bytes, Ed25519PrivateKey] = {}

    def sign(self, claims: dict[str, Any], *, typ: str = RECEIPT) -> str:
        """The compact JWS of these claims; its type keeps one kind of paper from passing for another."""
        kid, key = self._keys.current()
        header = encode_segment(json.dumps({"alg": "Ed25519", "kid": kid, "typ": typ}).encode())
        body = header + b"." + encode_segment(json.dumps(claims, separators=(",", ":")).encode())
        return (body + b"." + encode_segment(self._key(key).sign(body))).decode("ascii")

    def read(self, token: str, *, typ: str) -> dict[str, Any] | None:
        """The claims of a compact JWS of this type that one of the keys has signed; None for anything else."""
        try:
            head, body, signature = token.encode("ascii").split(b".")
            header = json.loads(decode_segment(head))
            key = self._keys.all()[header["kid"]]
            self._key(key).public_key().verify(decode_segment(signature), head + b"." + body)
            genuine = (header["alg"], header["typ"]) == ("Ed25519", typ) and _is_written_once(token)
            claims = json.loads(decode_segment(body)) if genuine else None
        except (ValueError, KeyError, TypeError, InvalidSignature, RecursionError):
            return None
        return claims if isinstance(claims, dict) else None

    def published(self) -> list[dict[str, str]]:
        """The public keys as JWKs (RFC 8037)."""
        return [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "kid": kid,
                "use": "sig",
                "alg": "Ed25519",
                "x": encode_segment(self._key(key).public_key().public_bytes_raw()).decode(),
            }
            for kid, key in self._keys.all().items()
        ]

    def _key(self, key: bytes) -> Ed25519PrivateKey:
        private = self._private.get(key)
        if private is None:
            seed = hmac.digest(key, b"sangathan receipts, Ed25519", "sha256")
            private = self._private[key] = Ed25519PrivateKey.from_private_bytes(seed)
        return private


def _is_written_once(token: str) -> bool:
    """Base64url leaves spare bits in which two texts differ that decode alike; only the one that we write is ours."""
    return all(encode_segment(decode_segment(part.encode())).decode() == part for part in token.split("."))


def leaves(records: Sequence[SentRecord], results: Sequence[Result]) -> list[tuple[str, str, str]]:
    """SHA-256 of the body as sent, nonce, and standing, for each record in order."""
    return [
        (text_of(sha256(record.raw).digest()), secrets.token_urlsafe(12), _standing(result))
        for record, result in zip(records, results, strict=True)
    ]


def root_of(records: Sequence[SentRecord], parts: Sequence[tuple[str, str, str]]) -> str:
    """The root over the batch's records."""
    return text_of(tree_root([leaf_hash(str(r.id or ""), *part) for r, part in zip(records, parts, strict=True)]))


def _standing(result: Result) -> str:
    """Accepted now or before is the same to the device: on record."""
    return {"accepted": "on-record", "already-there": "on-record", "needs-review": "held"}.get(
        result.outcome.value, "rejected"
    )
