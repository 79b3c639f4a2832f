"""What a device checks without the server: the seal of its booth pack and the receipt of its batch."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sangathan_chassis.assertion import decode_segment
from sangathan_contracts.receipts import leaf_hash, text_of, tree_root
from sangathan_demo.story.expect import StepFailed, expect

Keys = Mapping[str, Ed25519PublicKey]
"""The published keys by their ``kid``, taken along from ``/v1/receipt-keys``."""


def keys_of(published: Mapping[str, Any]) -> Keys:
    """The keys of a JWK set (RFC 7517, RFC 8037)."""
    return {
        one["kid"]: Ed25519PublicKey.from_public_bytes(decode_segment(one["x"].encode())) for one in published["keys"]
    }


def signed_claims(token: str, keys: Keys) -> dict[str, Any]:
    """The claims of a compact JWS that one of the keys has signed; raises StepFailed for anything else."""
    head, body, signature = token.encode().split(b".")
    try:
        key = keys[json.loads(decode_segment(head))["kid"]]
        key.verify(decode_segment(signature), head + b"." + body)
    except (KeyError, InvalidSignature) as error:
        raise StepFailed("what the registry signs must verify with its published keys, but does not") from error
    claims: dict[str, Any] = json.loads(decode_segment(body))
    return claims


def expect_receipt(answer: Mapping[str, Any], sent: Sequence[bytes], keys: Keys) -> None:
    """Raises StepFailed unless the receipt is signed, and binds every record as it was sent to its standing."""
    results = answer["results"]
    hashes = [text_of(hashlib.sha256(one).digest()) for one in sent]
    expect([one["sha256"] for one in results] == hashes, "a receipt must name each record by the hash of what was sent")
    leaves = [leaf_hash(one["id"], one["sha256"], one["nonce"], one["standing"]) for one in results]
    claims = signed_claims(answer["receipt"], keys)
    expect(claims["root"] == text_of(tree_root(leaves)), "a receipt's signature must cover every record's standing")
