"""The erasure of a person's record: out of sight at once, gone on a date, and a proof that says nothing about them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

SERVICES: Final = ("identity", "notify", "workshops")
"""Who is told and has to report back; the registry's own part stands in the proof itself."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure that was asked for; the persons and the sealed record are there until the purge, never after.

    ``merged_person_ids`` are the others by whom the person signed in, as records that had been merged into this one.

    ``taken`` says how many rows of which table went into the seal, beside the records themselves.
    """

    id: UUID
    worker_id: UUID
    record_ids: Sequence[UUID]
    unit_id: UUID
    path: str
    person_id: UUID | None
    merged_person_ids: Sequence[UUID]
    sealed: bytes | None
    asked_at: datetime
    purge_at: datetime
    taken: Mapping[str, int]

    @property
    def person_ids(self) -> tuple[UUID, ...]:
        """Everybody by whom the person signs in; none when nobody does by these records."""
        return (*([self.person_id] if self.person_id else []), *self.merged_person_ids)

    @property
    def merged_ids(self) -> tuple[UUID, ...]:
        """The records that had been merged into the erased one."""
        return tuple(one for one in self.record_ids if one != self.worker_id)

    def proof(self, purged_at: datetime, removed: Mapping[str, int]) -> bytes:
        """SHA-256 over ids, dates and counts: it binds the registry's part and holds no personal data."""
        ids = sorted(map(str, self.record_ids))
        moments = [one.astimezone(UTC).isoformat() for one in (self.asked_at, purged_at)]
        return _hash([str(self.id), *ids, *moments, _counts(removed)])


def report_hash(proof: bytes, service: str, at: datetime, removed: Mapping[str, int]) -> bytes:
    """What binds a service's report to the proof that it belongs to."""
    return _hash([proof.hex(), service, at.astimezone(UTC).isoformat(), _counts(removed)])


def _counts(removed: Mapping[str, int]) -> str:
    return json.dumps(dict(removed), sort_keys=True, separators=(",", ":"))


def _hash(parts: Sequence[str]) -> bytes:
    return hashlib.sha256("\n".join(parts).encode()).digest()
