"""What a card's QR code says: a CBOR Web Token (RFC 8392) in COSE_Sign1 in base45 behind a prefix, and nothing more.

Names are masked before they come here: whoever photographs a card learns no more from its code than from the public
page. Nothing is compressed: a token of some 160 bytes, 64 of them a signature, only grows by it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sangathan_cards import base45, cose
from sangathan_cards.cose import NotSigned, Signed

PREFIX: Final = "SGC1:"
MOST_CHARACTERS: Final = 1000
_SUB, _EXP, _IAT, _OURS = 2, 4, 6, -65537
_MOST_NAME: Final = 200
_MOST_NUMBER: Final = 2**53 - 1
"""What a browser's numbers hold exactly."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card's number, its place in the status list, the masked names, and from when to when it is good (Unix time)."""

    number: str
    index: int
    name_hi: str
    name_en: str
    issued_at: int
    expires_at: int


def write_card(card: Card, kid: bytes, signer: Callable[[bytes], bytes]) -> str:
    """The text of the QR code, all of it in QR's alphanumeric mode."""
    claims = {
        _SUB: card.number,
        _EXP: card.expires_at,
        _IAT: card.issued_at,
        _OURS: [card.index, card.name_hi, card.name_en],
    }
    return PREFIX + base45.encode(cose.sign(cose.write(claims), kid, signer))


def open_card(text: str) -> tuple[Card, Signed]:
    """What the code says, not yet whether it is genuine; raises NotSigned when it is no card."""
    text = text.strip("\r\n\t")
    if not text.startswith(PREFIX) or len(text) > MOST_CHARACTERS:
        raise NotSigned
    try:
        data = base45.decode(text.removeprefix(PREFIX))
    except ValueError:
        raise NotSigned from None
    signed = cose.open_message(data)
    return _card(cose.read(signed.payload)), signed


def _card(claims: Any) -> Card:
    if not isinstance(claims, dict) or set(claims) != {_SUB, _EXP, _IAT, _OURS}:
        raise NotSigned
    ours = claims[_OURS]
    if not isinstance(ours, list) or len(ours) != 3:
        raise NotSigned
    index, *names = ours
    numbers = (index, claims[_IAT], claims[_EXP])
    texts = (claims[_SUB], *names)
    if not (
        all(type(one) is int and 0 <= one <= _MOST_NUMBER for one in numbers) and all(_is_text(one) for one in texts)
    ):
        raise NotSigned
    return Card(claims[_SUB], index, names[0], names[1], claims[_IAT], claims[_EXP])


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _MOST_NAME
