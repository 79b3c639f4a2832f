"""COSE_Sign1 under Ed25519 (RFC 9052, RFC 9864), written and read in one form only.

There is one right encoding of everything here: CBOR's deterministic one (RFC 8949, section 4.2), exactly the headers
below, all of them protected. So whatever else decodes to the same, with longer integers, a doubled key, bytes behind
the end, another algorithm or a header that nobody signed, is refused before its signature is looked at.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEY_SET_TYPE: Final = "application/cose-key-set"
_SIGN1: Final = 18
_ALG, _KID, _TYP = 1, 4, 16
_ED25519: Final = -19
"""The fully specified algorithm; EdDSA (-8) would leave open which curve."""
_KTY, _OKP, _CRV, _CRV_ED25519, _X, _KEY_KID, _KEY_ALG = 1, 1, -1, 6, -2, 2, 3
_P: Final = 2**255 - 19
_ORDER_EIGHT: Final = 2707385501144840649318225287225658788936804267575313519463743609750303402022
# The y of every point whose order divides eight: under such a key some signatures fit any message.
_SMALL_ORDER: Final = frozenset({0, 1, _P - 1, _ORDER_EIGHT, _P - _ORDER_EIGHT})


class NotSigned(ValueError):  # noqa: N818 - an answer, not a fault.
    """The bytes are no message of this kind."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A message whose form is right; whether it is genuine only `holds` can say."""

    kid: bytes
    payload: bytes
    signature: bytes
    signing_input: bytes

    def holds(self, public: bytes) -> bool:
        """Whether the key signed it; PyCA's Ed25519 refuses a second signature made from a first (S + L)."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(self.signature, self.signing_input)
        except InvalidSignature:
            return False
        return True


def write(value: Any) -> bytes:
    """The value in CBOR's deterministic encoding."""
    return cbor2.dumps(value, canonical=True)


def read(data: bytes) -> Any:
    """The value; raises NotSigned unless the bytes are its deterministic encoding and nothing more."""
    try:
        value = cbor2.loads(data)
        same = write(value) == data
    except Exception as error:  # Whatever a decoder raises over bytes that anybody may send.
        raise NotSigned from error
    if not same:
        raise NotSigned
    return value


def sign(payload: bytes, kid: bytes, signer: Callable[[bytes], bytes], *, typ: str = "") -> bytes:
    """The message; ``signer`` gives the Ed25519 signature of the bytes it is handed."""
    protected = write(_headers(kid, typ))
    signature = signer(_signing_input(protected, payload))
    return write(cbor2.CBORTag(_SIGN1, [protected, {}, payload, signature]))


def open_message(data: bytes, *, typ: str = "") -> Signed:
    """The message taken apart; raises NotSigned unless its form is that of `sign` with the same ``typ``."""
    message = read(data)
    if not isinstance(message, cbor2.CBORTag) or message.tag != _SIGN1:
        raise NotSigned
    parts = message.value
    if not isinstance(parts, list | tuple) or len(parts) != 4 or parts[1] != {}:
        raise NotSigned
    protected, _, payload, signature = parts
    if not (isinstance(protected, bytes) and isinstance(payload, bytes) and isinstance(signature, bytes)):
        raise NotSigned
    headers = read(protected)
    kid = headers.get(_KID) if isinstance(headers, Mapping) else None
    if not isinstance(kid, bytes) or write(_headers(kid, typ)) != protected or len(signature) != 64:
        raise NotSigned
    return Signed(kid, payload, signature, _signing_input(protected, payload))


def write_keys(keys: Mapping[bytes, bytes]) -> bytes:
    """Public keys by id as a COSE_KeySet, in their order."""
    return write([_key(kid, public) for kid, public in keys.items()])


def read_keys(data: bytes) -> dict[bytes, bytes]:
    """The keys of a set; raises NotSigned when it is none, or holds a key that anybody could sign for."""
    entries = read(data)
    if not isinstance(entries, list):
        raise NotSigned
    keys = dict(_read_keys(entries))
    if len(keys) != len(entries):
        raise NotSigned
    return keys


def _read_keys(entries: list[Any]) -> Iterable[tuple[bytes, bytes]]:
    for entry in entries:
        if not isinstance(entry, Mapping):
            raise NotSigned
        kid, public = entry.get(_KEY_KID), entry.get(_X)
        if not (isinstance(kid, bytes) and isinstance(public, bytes)) or entry != _key(kid, public):
            raise NotSigned
        if not is_sound(public):
            raise NotSigned
        yield kid, public


def is_sound(public: bytes) -> bool:
    """Whether it is the canonical encoding of a point that is not of small order."""
    if len(public) != 32:
        return False
    y = int.from_bytes(public, "little") & (2**255 - 1)
    return y < _P and y not in _SMALL_ORDER


def _headers(kid: bytes, typ: str) -> dict[int, Any]:
    return {_ALG: _ED25519, _KID: kid, **({_TYP: typ} if typ else {})}


def _key(kid: bytes, public: bytes) -> dict[int, Any]:
    return {_KTY: _OKP, _KEY_KID: kid, _KEY_ALG: _ED25519, _CRV: _CRV_ED25519, _X: public}


def _signing_input(protected: bytes, payload: bytes) -> bytes:
    return write(["Signature1", protected, b"", payload])
