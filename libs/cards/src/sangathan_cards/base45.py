"""Base45 (RFC 9285): bytes in the 45 characters that a QR code packs densest."""

from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """Three characters for two bytes, two for a last odd one."""
    out = []
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        number = int.from_bytes(pair)
        for _ in range(len(pair) + 1):
            number, digit = divmod(number, 45)
            out.append(ALPHABET[digit])
    return "".join(out)


def decode(text: str) -> bytes:
    """The bytes again; raises ValueError for what `encode` never writes, lower case included."""
    out = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        number = 0
        for place, character in enumerate(group):
            number += _value(character) * 45**place
        # A lone character encodes nothing, and a group whose number is too large has no bytes: both raise.
        if len(group) == 1:
            raise ValueError
        try:
            out += number.to_bytes(len(group) - 1)
        except OverflowError:
            raise ValueError from None
    return bytes(out)


def _value(character: str) -> int:
    value = _VALUES.get(character)
    if value is None:
        raise ValueError
    return value
