"""Cards and what must be said of them, for the library and for the page alike: each reader gets every one.

The cases are those that Wycheproof asks of Ed25519 (another s, points of small order, bent lengths) and that the test
data of the EU's certificates ask of a verifier (tampered, expired, wrong key, revoked), made here with keys of our own.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sangathan_cards import base45, cose
from sangathan_cards.card import PREFIX, Card, write_card
from sangathan_cards.status_list import StatusList, bits_of, write_list

NOW: Final = 1_642_668_000
DAY: Final = 86_400
KID: Final = b"5f1c09ab"
OLD_KID: Final = b"0a44e1d2"
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
CARD: Final = Card("1000000042", 42, "रमे** ना**", "Ra** Na**", NOW - DAY, NOW + 1000 * DAY)
REVOKED: Final = 7


def key_of(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())


SIGNING: Final = key_of("current")
OLD: Final = key_of("before")
STRANGER: Final = key_of("somebody else")
KEYS: Final = {kid: key.public_key().public_bytes_raw() for kid, key in ((KID, SIGNING), (OLD_KID, OLD))}
LIST: Final = StatusList(bits_of([REVOKED], 64), NOW - 3600, NOW + 7 * DAY)


@dataclass(frozen=True, slots=True)
class Vector:
    """The text of a QR code at a time, and the verdict on it."""

    name: str
    verdict: str
    text: str
    now: int = NOW
    statuses: bytes | None = None

    def as_json(self) -> dict[str, Any]:
        statuses = self.statuses.hex() if self.statuses is not None else None
        return {"name": self.name, "text": self.text, "now": self.now, "list": statuses}


def signed_list(statuses: StatusList = LIST, key: Ed25519PrivateKey = SIGNING) -> bytes:
    return write_list(statuses, KID, key.sign, ttl_s=3600)


def text_of(card: Card = CARD, kid: bytes = KID, key: Ed25519PrivateKey = SIGNING) -> str:
    return write_card(card, kid, key.sign)


def token(text: str | None = None) -> bytes:
    return base45.decode((text or text_of()).removeprefix(PREFIX))


def packed(data: bytes) -> str:
    return PREFIX + base45.encode(data)


def message(**changes: Any) -> str:
    """A card with parts of the message replaced, and signed as it then is unless a signature is given."""
    _, signed = _opened()
    parts: dict[str, Any] = {"protected": {1: -19, 4: KID}, "unprotected": {}, "payload": signed.payload, "tag": 18}
    parts |= changes
    protected = parts["protected"] if isinstance(parts["protected"], bytes) else cose.write(parts["protected"])
    payload = parts["payload"] if isinstance(parts["payload"], bytes) else cose.write(parts["payload"])
    signature = parts.get("signature", SIGNING.sign(cose.write(["Signature1", protected, b"", payload])))
    value = [protected, parts["unprotected"], payload, signature]
    return packed(cose.write(cbor2.CBORTag(parts["tag"], value) if parts["tag"] else value))


def claims(**changes: Any) -> str:
    """A card, properly signed, whose claims are others."""
    said: dict[int, Any] = {2: CARD.number, 4: CARD.expires_at, 6: CARD.issued_at, -65537: [42, "र**", "R**"]}
    for name, value in changes.items():
        said[{"sub": 2, "exp": 4, "iat": 6, "ours": -65537, "more": 99}[name]] = value
    return message(payload={key: value for key, value in said.items() if value is not ...})


def vectors() -> Iterator[Vector]:
    good = signed_list()
    for vector in (*_standing(), *_signatures(), *_headers(), *_encodings(), *_claims()):
        yield vector if vector.statuses is not None else replace(vector, statuses=good)
    yield Vector("no list was ever loaded", "status-unknown", text_of())
    yield Vector("no list was ever loaded, and the card has expired", "expired", text_of(), now=CARD.expires_at)


def _opened() -> tuple[bytes, cose.Signed]:
    data = token()
    return data, cose.open_message(data)


def _standing() -> Iterator[Vector]:
    yield Vector("a good card", "valid", text_of())
    yield Vector("a good card, pasted with a line's end", "valid", text_of() + "\r\n")
    yield Vector("a card of the key before, which is still published", "valid", text_of(CARD, OLD_KID, OLD))
    yield Vector("its last second", "valid", text_of(replace(CARD, expires_at=NOW + 1)))
    yield Vector("expired this second", "expired", text_of(replace(CARD, expires_at=NOW)))
    yield Vector("not yet valid", "not-yet-valid", text_of(replace(CARD, issued_at=NOW + 301)))
    yield Vector("issued by a clock that is a little ahead", "valid", text_of(replace(CARD, issued_at=NOW + 300)))
    yield Vector("revoked", "revoked", text_of(replace(CARD, index=REVOKED)))
    yield Vector("the revoked one's neighbours", "valid", text_of(replace(CARD, index=REVOKED + 1)))
    yield Vector("issued after the list was made", "status-unknown", text_of(replace(CARD, index=64)))
    late = NOW + 7 * DAY
    yield Vector("a list that is too old", "status-unknown", text_of(), now=late)
    yield Vector("revoked by a list that is too old", "revoked", text_of(replace(CARD, index=REVOKED)), now=late)


def _signatures() -> Iterator[Vector]:
    data, signed = _opened()
    signature = signed.signature
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    yield Vector("another key under the same id", "forged", text_of(key=STRANGER))
    yield Vector("the other published key under this id", "forged", text_of(key=OLD))
    yield Vector("an id that nobody published", "unknown-key", text_of(kid=b"ffffffff"))
    yield Vector("an empty id", "unknown-key", text_of(kid=b""))
    yield Vector("s + L", "forged", message(signature=r + (s + ORDER).to_bytes(32, "little")))
    yield Vector("s = L", "forged", message(signature=r + ORDER.to_bytes(32, "little")))
    yield Vector("s = 0", "forged", message(signature=r + bytes(32)))
    yield Vector("s with its highest bit", "forged", message(signature=r + (s | 1 << 255).to_bytes(32, "little")))
    yield Vector("all zero", "forged", message(signature=bytes(64)))
    yield Vector("all ones", "forged", message(signature=b"\xff" * 64))
    for name, y in {"neutral": 1, "order two": 2**255 - 20, "order four": 0, "not canonical": 2**255 - 18}.items():
        point = y.to_bytes(32, "little")
        yield Vector(f"r is the point of small order: {name}", "forged", message(signature=point + signature[32:]))
        yield Vector(f"r is that point and s is 0: {name}", "forged", message(signature=point + bytes(32)))
    yield Vector("the signature of another card", "forged", message(signature=SIGNING.sign(b"another")))
    yield Vector("the payload signed without its structure", "forged", message(signature=SIGNING.sign(signed.payload)))
    yield Vector("a signature cut short", "not-a-card", message(signature=signature[:63]))
    yield Vector("a signature with a byte more", "not-a-card", message(signature=signature + b"\0"))
    yield Vector("no signature", "not-a-card", message(signature=b""))
    yield Vector("a signature as text", "not-a-card", message(signature="s" * 64))
    for bit in (0, 7, 255, 256, 300, 511):
        bent = bytearray(signature)
        bent[bit // 8] ^= 1 << bit % 8
        yield Vector(f"bit {bit} of the signature flipped", "forged", message(signature=bytes(bent)))
    at = data.index(CARD.number.encode())
    bent = bytearray(data)
    bent[at] ^= 1
    yield Vector("a digit of the number changed", "forged", packed(bytes(bent)))
    later = cose.write({2: CARD.number, 4: CARD.expires_at + 1, 6: CARD.issued_at, -65537: [42, "र**", "R**"]})
    yield Vector("a later end under the old signature", "forged", message(payload=later, signature=signature))


def _headers() -> Iterator[Vector]:
    for name, headers in {
        "EdDSA, which leaves the curve open": {1: -8, 4: KID},
        "ES256": {1: -7, 4: KID},
        "HMAC": {1: 5, 4: KID},
        "no algorithm": {4: KID},
        "the algorithm as text": {1: "Ed25519", 4: KID},
        "no id": {1: -19},
        "the id as text": {1: -19, 4: "5f1c09ab"},
        "one more header": {1: -19, 4: KID, 5: b"nonce"},
        "a critical header": {1: -19, 2: [99], 4: KID, 99: 1},
        "the type of a status list": {1: -19, 4: KID, 16: "application/statuslist+cwt"},
        "an array": [1, -19],
        "nothing": {},
    }.items():
        yield Vector(f"headers: {name}", "not-a-card", message(protected=headers))
    yield Vector("headers: empty bytes", "not-a-card", message(protected=b""))
    yield Vector("algorithm in the unprotected header", "not-a-card", message(protected={4: KID}, unprotected={1: -19}))
    yield Vector("id in the unprotected header", "not-a-card", message(protected={1: -19}, unprotected={4: KID}))
    yield Vector("algorithm in both headers", "not-a-card", message(unprotected={1: -19}))
    yield Vector("anything in the unprotected header", "not-a-card", message(unprotected={99: 1}))
    yield Vector("unprotected header as an array", "not-a-card", message(unprotected=[]))
    yield Vector("tag of a MAC", "not-a-card", message(tag=17))
    yield Vector("tag of many signatures", "not-a-card", message(tag=98))
    yield Vector("no tag", "not-a-card", message(tag=0))
    yield Vector("a status list for a card", "not-a-card", packed(signed_list()))


def _encodings() -> Iterator[Vector]:
    data, signed = _opened()
    text = text_of()
    for length in (0, 1, 40, 100, len(data) - 1):
        yield Vector(f"cut to {length} bytes", "not-a-card", packed(data[:length]))
    yield Vector("a byte behind the end", "not-a-card", packed(data + b"\0"))
    yield Vector("a second card behind the end", "not-a-card", packed(data + data))
    protected = cose.write({1: -19, 4: KID})
    assert data.startswith(b"\xd2\x84" + bytes([0x40 | len(protected)]) + protected)
    longer = data.replace(bytes([0x40 | len(protected)]) + protected, b"\x58" + bytes([len(protected)]) + protected, 1)
    yield Vector("a length written longer than need be", "not-a-card", packed(longer))
    yield Vector("the tag written longer than need be", "not-a-card", packed(b"\xd8\x12" + data[1:]))
    yield Vector("an array without a stated length", "not-a-card", packed(b"\xd2\x9f" + data[2:] + b"\xff"))
    yield Vector("a payload behind a byte", "not-a-card", message(payload=signed.payload + b"\0"))
    turned = cbor2.dumps({6: CARD.issued_at, 4: CARD.expires_at, 2: CARD.number, -65537: [42, "र**", "R**"]})
    yield Vector("claims in another order", "not-a-card", message(payload=turned))
    doubled = b"\xa5\x02\x6a" + CARD.number.encode() + signed.payload[1:]
    yield Vector("a claim that stands twice", "not-a-card", message(payload=doubled))
    yield Vector("claims that are no UTF-8", "not-a-card", message(payload=signed.payload.replace(b"Ra", b"\xff\xfe")))
    for name, bent in {
        "no prefix": text.removeprefix(PREFIX),
        "the prefix of another code": "HC1:" + text.removeprefix(PREFIX),
        "lower case": text.lower(),
        "empty": "",
        "the prefix alone": PREFIX,
        "a character too many": text + "0",
        "two characters too many": text + "00",
        "a character outside base45": text[:40] + "!" + text[41:],
        "a group too large for two bytes": PREFIX + ":::" + text[len(PREFIX) + 3 :],
        "a web address": "https://example.org/verify",
        "too long": text + "0" * 900,
        "a letter that looks like another": text.replace("S", "\u0405", 1),
    }.items():
        yield Vector(f"text: {name}", "not-a-card", bent)
    deep = b"\x81" * 600 + b"\x00"
    yield Vector("nested deeply", "not-a-card", packed(deep))
    yield Vector("a length beyond all memory", "not-a-card", packed(b"\xd2\x84\x5b" + b"\xff" * 8))


def _claims() -> Iterator[Vector]:
    yield Vector("claims made anew", "valid", claims())
    for name, bent in {
        "no number": claims(sub=...),
        "no end": claims(exp=...),
        "no beginning": claims(iat=...),
        "none of ours": claims(ours=...),
        "one more": claims(more=1),
        "an end as text": claims(exp="never"),
        "an end as a fraction": claims(exp=1.5),
        "an end beyond what a number holds": claims(exp=2**60),
        "a beginning before 1970": claims(iat=-1),
        "a place below none": claims(ours=[-1, "र**", "R**"]),
        "a place that is true": claims(ours=[True, "र**", "R**"]),
        "ours too short": claims(ours=[42, "र**"]),
        "ours too long": claims(ours=[42, "र**", "R**", "x"]),
        "ours as a map": claims(ours={0: 42}),
        "a name as bytes": claims(ours=[42, b"R", "R**"]),
        "a name too long": claims(ours=[42, "R" * 201, "R**"]),
        "a number as a number": claims(sub=1_000_000_042),
        "an array": message(payload=[1, 2]),
        "empty": message(payload=b""),
    }.items():
        yield Vector(f"claims: {name}", "not-a-card", bent)
