"""Receipts that a device can check without the server: one signature per batch, over a tree of its records.

The tree is that of RFC 9162 (section 2.1): SHA-256, with 0x00 before a leaf and 0x01 before a node. A leaf says which
record came, the SHA-256 of its body as it was sent, and where it stands; its nonce keeps the leaf from being guessed.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence


def text_of(digest: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def leaf_hash(record_id: str, body_sha256: str, nonce: str, standing: str) -> bytes:
    """The leaf of one record, from what its receipt says; ``record_id`` is empty when none could be read."""
    return hashlib.sha256(b"\x00" + f"{record_id}\n{body_sha256}\n{nonce}\n{standing}".encode()).digest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree over these leaves, in their order."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree_root(leaves[:split]) + tree_root(leaves[split:])).digest()
