"""What an erasure or a denial holds: the particulars of its records, sealed as one, so that undoing is exact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.resealing import Renew, SealedColumn
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.consent_evidence import ConsentEvidence
from sangathan_registry.domain.particulars import Particulars
from sangathan_registry.domain.photos import Photo
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.store import consent_evidence, photos
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


@dataclass(frozen=True, slots=True)
class Taken:
    """What goes with records: what their merges took over, sealed by itself, by pair; photos; how people agreed."""

    adopted: Mapping[UUID, bytes]
    photos: Sequence[Photo]
    evidence: Sequence[ConsentEvidence]

    @property
    def rows(self) -> dict[str, int]:
        """How many rows it was, by table, of those that no other row stands for."""
        counted = {"worker_photos": len(self.photos), "consent_evidence": len(self.evidence)}
        return {table: n for table, n in counted.items() if n}


class Capsule(msgspec.Struct, frozen=True, kw_only=True):
    """The records, the one that was kept first, with what went with them."""

    records: tuple[KeptRecord, ...]
    adopted: dict[UUID, bytes]
    photos: tuple[Photo, ...] = ()
    evidence: tuple[ConsentEvidence, ...] = ()


def seal(
    sealer: Sealer,
    records: Sequence[Worker],
    taken: Taken,
    *,
    place: str = _PLACE,
) -> bytes:
    """The records as one sealed text, with what was taken away with them."""
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
    capsule = Capsule(
        records=kept, adopted=dict(taken.adopted), photos=tuple(taken.photos), evidence=tuple(taken.evidence)
    )
    return _sealed(sealer, capsule, place)


def unseal(sealer: Sealer, sealed: bytes, *, place: str = _PLACE) -> Capsule:
    """The same again; raises Unsealable when its key is gone."""
    return msgspec.json.decode(sealer.open(sealed, place=place), type=Capsule)


def _sealed(sealer: Sealer, capsule: Capsule, place: str) -> bytes:
    """What is sealed within is sealed by the same key, lest a change of keys leaves it behind."""
    adopted = {pair: seal_adopted(sealer, open_adopted(sealer, one)) for pair, one in capsule.adopted.items()}
    pictures = tuple(replace(one, sealed=photos.PICTURES.renewed(sealer, one.id, one.sealed)) for one in capsule.photos)
    evidence = tuple(
        replace(one, sealed=consent_evidence.PICTURES.renewed(sealer, one.id, one.sealed)) for one in capsule.evidence
    )
    whole = msgspec.structs.replace(capsule, adopted=adopted, photos=pictures, evidence=evidence)
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
