"""Personal fields at rest: sealed with AES-256-GCM, found again by a blind index.

A stolen dump shows neither a phone number nor whether two rows share one with a row outside the dump.
"""

import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sangathan_chassis.assertion import KeyFile

_NONCE = 12
_INDEX_BYTES = 16


class Unsealable(Exception):  # noqa: N818 - the caller decides whether it is a fault.
    """The bytes were sealed with a key that is gone, for another place, or were changed."""


class Sealer:
    """Seals with the key file's first key, opens with any; the blind index uses its last, so it outlives rotation."""

    def __init__(self, keys: KeyFile) -> None:
        self._keys = keys
        self._ciphers: dict[bytes, AESGCM] = {}
        self._place_keys: dict[tuple[bytes, str], bytes] = {}

    def seal(self, plain: str, *, place: str) -> bytes:
        """The sealed text, bound to its place (such as ``workers.phone``): kid length, kid, nonce, ciphertext."""
        return self.seal_bytes(plain.encode(), place=place)

    def seal_bytes(self, plain: bytes, *, place: str) -> bytes:
        """The same for what is no text, such as a file."""
        kid, key = self._keys.current()
        nonce = os.urandom(_NONCE)
        name = kid.encode()
        return bytes([len(name)]) + name + nonce + self._cipher(key).encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, *, place: str) -> str:
        """The text again; raises Unsealable."""
        return self.open_bytes(sealed, place=place).decode()

    def open_bytes(self, sealed: bytes, *, place: str) -> bytes:
        """The same for what is no text."""
        try:
            start = 1 + sealed[0]
            key = self._keys.find(sealed[1:start].decode())
            if key is None:
                raise Unsealable  # noqa: TRY301 - one way out.
            nonce, body = sealed[start : start + _NONCE], sealed[start + _NONCE :]
            return self._cipher(key).decrypt(nonce, body, place.encode())
        except Exception as error:
            raise Unsealable from error

    def mark(self) -> bytes:
        """What every seal of the first key begins with, and of no other key: its id."""
        name = self._keys.current()[0].encode()
        return bytes([len(name)]) + name

    def index(self, plain: str, *, place: str) -> bytes:
        """16 bytes that are equal for equal texts in the same place, and say nothing else without the key."""
        keys = self._keys.all()
        root = keys[next(reversed(keys))]
        place_key = self._place_keys.get((root, place))
        if place_key is None:
            place_key = hmac.digest(root, b"blind-index:" + place.encode(), "sha256")
            self._place_keys[root, place] = place_key
        return hmac.digest(place_key, plain.encode(), "sha256")[:_INDEX_BYTES]

    def _cipher(self, key: bytes) -> AESGCM:
        """The cipher of a key, made once: a page opens 50 fields, and making it costs more than using it."""
        cipher = self._ciphers.get(key)
        if cipher is None:
            cipher = self._ciphers[key] = AESGCM(key[:32])
        return cipher
