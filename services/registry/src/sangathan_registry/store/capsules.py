"""What an erasure or a denial holds: the particulars of its records, sealed as one, so that undoing is exact."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.resealing import Renew, SealedColumn
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.particulars import Particulars
from sangathan_registry.domain.photos import Photo
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.store.photos import renewed_picture
from sangathan_registry.store.sealed import open_adopted, seal_adopted

_PLACE: Final = "erasures.sealed"
HELD: Final = "denials.sealed"


class KeptRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record as it stood."""

    id: UUID
    status: Status
    person_id: UUID | None
    merged_into: UUID | None
    particulars: Particulars

    def restored(self, tombstone: Worker, at: datetime) -> Worker:
        """The record again, in the unit where its tombstone stands by now."""
        return replace(
            tombstone,
            status=self.status,
            person_id=self.person_id,
            merged_into=self.merged_into,
            particulars=self.particulars,
            version=tombstone.version + 1,
            changed_at=at,
        )


class Capsule(msgspec.Struct, frozen=True, kw_only=True):
    """The records, the one that was kept first, what their merges took over, sealed by itself, by pair, and photos."""

    records: tuple[KeptRecord, ...]
    adopted: dict[UUID, bytes]
    photos: tuple[Photo, ...] = ()


def seal(
    sealer: Sealer,
    records: Sequence[Worker],
    taken: tuple[Mapping[UUID, bytes], Sequence[Photo]],
    *,
    place: str = _PLACE,
) -> bytes:
    """The records as one sealed text, with what was taken away with them: what merges took over, and photos."""
    kept = tuple(
        KeptRecord(
            id=one.id,
            status=one.status,
            person_id=one.person_id,
            merged_into=one.merged_into,
            particulars=one.particulars,
        )
        for one in records
    )
    adopted, photos = taken
    return _sealed(sealer, Capsule(records=kept, adopted=dict(adopted), photos=tuple(photos)), place)


def unseal(sealer: Sealer, sealed: bytes, *, place: str = _PLACE) -> Capsule:
    """The same again; raises Unsealable when its key is gone."""
    return msgspec.json.decode(sealer.open(sealed, place=place), type=Capsule)


def _sealed(sealer: Sealer, capsule: Capsule, place: str) -> bytes:
    """What merges took over and photos are sealed within by the same key, lest a change of keys leaves them behind."""
    adopted = {pair: seal_adopted(sealer, open_adopted(sealer, one)) for pair, one in capsule.adopted.items()}
    photos = tuple(replace(one, sealed=renewed_picture(sealer, one.id, one.sealed)) for one in capsule.photos)
    whole = msgspec.structs.replace(capsule, adopted=adopted, photos=photos)
    return sealer.seal(msgspec.json.encode(whole).decode(), place=place)


def _renewed_in(place: str) -> Renew:
    def renewed(sealer: Sealer, _row: asyncpg.Record, sealed: bytes) -> bytes:
        return _sealed(sealer, unseal(sealer, sealed, place=place), place)

    return renewed


SEALED: Final = (
    SealedColumn("erasures", "sealed", _renewed_in(_PLACE)),
    SealedColumn("denials", "sealed", _renewed_in(HELD)),
)
"""What is sealed here, to be renewed when the key is."""
