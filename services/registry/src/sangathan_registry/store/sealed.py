"""Which fields are sealed, and under which name: the place is part of the seal, so nothing can be moved elsewhere."""

from typing import Final

from sangathan_chassis.resealing import SealedColumn, in_place
from sangathan_chassis.sealing import Sealer

_PHONE: Final = "workers.phone"
_BODY: Final = "sync.record"
_CONTENT: Final = "captures.content"
_SPOT: Final = "captures.spot"
_ADOPTED: Final = "duplicates.adopted"
_CARD: Final = "cards.sealed"
_REVISION: Final = "worker_revisions.before"


def open_phone(sealer: Sealer, sealed: bytes) -> str:
    """A number that an earlier release has sealed by itself."""
    return sealer.open(sealed, place=_PHONE)


def phone_index(sealer: Sealer, phone: str) -> bytes:
    """What a number is looked up by."""
    return sealer.index(phone, place=_PHONE)


def body_hash(sealer: Sealer, body: str) -> bytes:
    """A keyed hash of a record's body: equal for equal bodies, and no way to try out names and numbers on it."""
    return sealer.index(body, place=_BODY)


def seal_body(sealer: Sealer, body: str) -> bytes:
    """The body of a record that was not accepted."""
    return sealer.seal(body, place=_BODY)


def open_body(sealer: Sealer, sealed: bytes) -> str:
    """The same again."""
    return sealer.open(sealed, place=_BODY)


def seal_content(sealer: Sealer, content: str) -> bytes:
    """Answers and evidence of a capture."""
    return sealer.seal(content, place=_CONTENT)


def open_content(sealer: Sealer, sealed: bytes) -> str:
    """The same again."""
    return sealer.open(sealed, place=_CONTENT)


def spot_index(sealer: Sealer, spot: str) -> bytes:
    """A keyed hash of a spot on the ground: equal for equal spots, and no way to find out which."""
    return sealer.index(spot, place=_SPOT)


def seal_adopted(sealer: Sealer, fields: str) -> bytes:
    """What a kept record took over from a merged one."""
    return sealer.seal(fields, place=_ADOPTED)


def open_adopted(sealer: Sealer, adopted: bytes) -> str:
    """The same again."""
    return sealer.open(adopted, place=_ADOPTED)


def seal_card(sealer: Sealer, printed: str) -> bytes:
    """What is printed on a card, its signed code included."""
    return sealer.seal(printed, place=_CARD)


def open_card(sealer: Sealer, sealed: bytes) -> str:
    """The same again."""
    return sealer.open(sealed, place=_CARD)


def seal_revision(sealer: Sealer, fields: str) -> bytes:
    """What a version of a record replaced."""
    return sealer.seal(fields, place=_REVISION)


def open_revision(sealer: Sealer, before: bytes) -> str:
    """The same again."""
    return sealer.open(before, place=_REVISION)


COLUMNS: Final = (
    SealedColumn("rejected_records", "body", in_place(_BODY)),
    SealedColumn("captures", "sealed", in_place(_CONTENT), {"record_id": "uuid"}),
    SealedColumn("duplicates", "adopted", in_place(_ADOPTED)),
    SealedColumn("cards", "sealed", in_place(_CARD)),
    SealedColumn("worker_revisions", "before", in_place(_REVISION), {"worker_id": "uuid", "version": "int"}),
)
"""Where each of these stands, to be renewed when the key is."""
