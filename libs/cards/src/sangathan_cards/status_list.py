"""Which cards are no longer good: one bit per card, compressed and signed (IETF Token Status List, in CBOR).

The list names nobody. It can be kept and passed on by anyone, since it is signed, and says itself until when it may
be relied on.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sangathan_cards import cose
from sangathan_cards.cose import NotSigned

MEDIA_TYPE: Final = "application/statuslist+cwt"
SUBJECT: Final = "urn:sangathan:card-status-list"
_SUB, _EXP, _IAT, _TTL, _LIST = 2, 4, 6, 65534, 65533
_MOST_BYTES: Final = 1 << 24
"""134 million cards: a bound on what a reader unpacks."""


@dataclass(frozen=True, slots=True)
class StatusList:
    """The list as of a time (Unix), good until another; the first card's bit is the lowest of the first byte."""

    bits: bytes
    issued_at: int
    expires_at: int

    def ended(self, index: int) -> bool | None:
        """Whether the card at this place has ended; None when the list does not reach so far."""
        if index >> 3 >= len(self.bits):
            return None
        return bool(self.bits[index >> 3] >> (index & 7) & 1)


def bits_of(ended: Iterable[int], size: int) -> bytes:
    """The bits of ``size`` cards, rounded up to whole bytes, of which these have ended."""
    bits = bytearray((size + 7) // 8)
    for index in ended:
        bits[index >> 3] |= 1 << (index & 7)
    return bytes(bits)


def write_list(statuses: StatusList, kid: bytes, signer: Callable[[bytes], bytes], *, ttl_s: int) -> bytes:
    """The signed list; ``ttl_s`` tells a reader with a network when to fetch it anew."""
    claims = {
        _SUB: SUBJECT,
        _EXP: statuses.expires_at,
        _IAT: statuses.issued_at,
        _TTL: ttl_s,
        _LIST: {"bits": 1, "lst": zlib.compress(statuses.bits, 9)},
    }
    return cose.sign(cose.write(claims), kid, signer, typ=MEDIA_TYPE)


def read_list(data: bytes, keys: Mapping[bytes, bytes]) -> StatusList:
    """The list; raises NotSigned when it is none, or not signed by one of these keys."""
    signed = cose.open_message(data, typ=MEDIA_TYPE)
    public = keys.get(signed.kid)
    if public is None or not signed.holds(public):
        raise NotSigned
    claims = cose.read(signed.payload)
    if not isinstance(claims, dict) or claims.get(_SUB) != SUBJECT:
        raise NotSigned
    statuses, issued_at, expires_at = claims.get(_LIST), claims.get(_IAT), claims.get(_EXP)
    if not isinstance(statuses, dict) or type(issued_at) is not int or type(expires_at) is not int:
        raise NotSigned
    if statuses.get("bits") != 1:
        raise NotSigned
    return StatusList(_unpacked(statuses.get("lst")), issued_at, expires_at)


def _unpacked(packed: Any) -> bytes:
    if not isinstance(packed, bytes):
        raise NotSigned
    unpacking = zlib.decompressobj()
    try:
        bits = unpacking.decompress(packed, _MOST_BYTES)
    except zlib.error as error:
        raise NotSigned from error
    if not unpacking.eof or unpacking.unused_data:
        raise NotSigned
    return bits
