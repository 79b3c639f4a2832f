"""What of a worker's record is sealed: one MessagePack map, one seal, bound to its row.

Names stay readable, because keys, order and search are made of them, and so does the year of birth, by which records
of one person are compared; docs/decisions/0027 says why. A row of an earlier release holds the phone sealed by itself
and the relation's name in plain; what stands in those columns is newer than the map, and `reseal` takes it in.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.resealing import SealedColumn
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.particulars import Particulars
from sangathan_registry.store.sealed import open_phone, phone_index

PLACE: Final = "workers.sealed"
COLUMNS: Final = ("id", "relation_name", "phone", "sealed")
"""What `open_row` reads."""


class SealedFields(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    rename={
        "phone": "t",
        "relation_name": "r",
        "address": "a",
        "pin": "p",
        "epic": "e",
        "birth_date": "b",
        "age_band": "g",
    },
):
    """The fields by the letters under which they are kept; what is not known takes no room."""

    phone: str | None = None
    relation_name: str | None = None
    address: str | None = None
    pin: str | None = None
    epic: str | None = None
    birth_date: str | None = None
    age_band: str | None = None


NOTHING: Final = SealedFields()
_FIELDS: Final = SealedFields.__struct_fields__
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(SealedFields).decode


def seal_fields(sealer: Sealer, worker_id: UUID, fields: SealedFields) -> bytes | None:
    """The fields as one sealed text; null when none is known."""
    if fields == NOTHING:
        return None
    return sealer.seal_bytes(_encode(fields), place=f"{PLACE}:{worker_id}")


def seal_particulars(sealer: Sealer, worker_id: UUID, who: Particulars) -> bytes | None:
    """The part of a record that is sealed."""
    fields = SealedFields(
        phone=who.phone,
        relation_name=who.relation_name,
        address=who.address,
        pin=who.pin,
        epic=who.epic,
        birth_date=who.birth_date,
        age_band=who.age_band,
    )
    return seal_fields(sealer, worker_id, fields)


def index_of_phone(sealer: Sealer, who: Particulars) -> bytes | None:
    """What the record is found by when somebody gives its number."""
    return None if who.phone is None else phone_index(sealer, who.phone)


def open_row(sealer: Sealer, row: Mapping[str, Any] | asyncpg.Record) -> SealedFields:
    """The fields of a row that has the columns of ``COLUMNS``; raises Unsealable when their key is gone."""
    sealed, phone, relation_name = row["sealed"], row["phone"], row["relation_name"]
    fields = NOTHING if sealed is None else _decode(sealer.open_bytes(sealed, place=f"{PLACE}:{row['id']}"))
    if phone is None and relation_name is None:
        return fields
    return msgspec.structs.replace(
        fields,
        phone=open_phone(sealer, phone) if phone is not None else fields.phone,
        relation_name=relation_name or fields.relation_name,
    )


def _renewed(sealer: Sealer, row: asyncpg.Record, sealed: bytes) -> bytes:
    place = f"{PLACE}:{row['id']}"
    return sealer.seal_bytes(sealer.open_bytes(sealed, place=place), place=place)


SEALED: Final = SealedColumn("workers", "sealed", _renewed)
"""What is sealed here, to be renewed when the key is."""
