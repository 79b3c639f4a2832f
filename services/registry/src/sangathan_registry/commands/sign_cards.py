"""Signs cards and the status list with keys from a file of their own, and publishes the public ones.

The file's first key signs; all are published: the second before it signs anything, an earlier one for as long as a
card that it signed can be good. A private key is derived from its line, as those of receipts are from theirs.
"""

import hmac
from collections.abc import Callable
from functools import cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sangathan_cards.card import Card, write_card
from sangathan_cards.status_list import StatusList, write_list
from sangathan_chassis.assertion import KeyFile

LIST_TTL_S: Final = 300


class CardSigner:
    """Signs with the key file's first key."""

    def __init__(self, keys: KeyFile) -> None:
        self._keys = keys

    @property
    def kid(self) -> str:
        """The id of the key that signs now."""
        return self._keys.current()[0]

    def sign_card(self, card: Card) -> tuple[str, str]:
        """The key's id, and the text of the card's QR code."""
        kid, signer = self._current()
        return kid, write_card(card, kid.encode(), signer)

    def sign_list(self, statuses: StatusList) -> bytes:
        """The status list as it is published."""
        kid, signer = self._current()
        return write_list(statuses, kid.encode(), signer, ttl_s=LIST_TTL_S)

    def published(self) -> dict[bytes, bytes]:
        """The public keys by id, the signing one first."""
        return {kid.encode(): _private(key).public_key().public_bytes_raw() for kid, key in self._keys.all().items()}

    def _current(self) -> tuple[str, Callable[[bytes], bytes]]:
        kid, key = self._keys.current()
        return kid, _private(key).sign


@cache
def _private(key: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hmac.digest(key, b"sangathan cards, Ed25519", "sha256"))
