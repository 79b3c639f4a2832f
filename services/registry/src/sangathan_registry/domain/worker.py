"""A worker on record, and what an act makes of one."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from sangathan_registry.domain.consent import Consent
from sangathan_registry.domain.particulars import Particulars

WorkerId = NewType("WorkerId", UUID)
UnitId = NewType("UnitId", UUID)

NOTHING_KNOWN: Final = Particulars(None, None, None, None, None, None, None)


class Status(StrEnum):
    """Whether the person is on record now, and by this record: a merged one tells of whom another is kept.

    An erased one holds nothing; until its date what it held waits, sealed, in its erasure.
    """

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    ERASED = "erased"
    HELD = "held"
    """Somebody said that it is not about them; what it held waits, sealed, for a decision."""


class Source(StrEnum):
    """How the record came in."""

    OFFICE = "office"
    DRIVE = "drive"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as the registry's replica knows it."""

    unit_id: UnitId
    path: str
    closed: bool
    level: str = ""


@dataclass(frozen=True, slots=True)
class Worker:
    """One record under its version."""

    id: WorkerId
    unit_id: UnitId
    path: str
    particulars: Particulars
    person_id: UUID | None
    captured_by: UUID | None
    captured_at: datetime
    source: Source
    status: Status
    version: int
    created_at: datetime
    changed_at: datetime
    merged_into: UUID | None = None

    def changed(self, particulars: Particulars, at: datetime) -> "Worker":
        """The next version with these particulars."""
        return replace(self, particulars=particulars, version=self.version + 1, changed_at=at)

    def merged(self, into: "Worker", at: datetime) -> "Worker":
        """Kept whole, so that it can be taken out again, and no longer on record by itself."""
        return replace(self, status=Status.MERGED, merged_into=into.id, version=self.version + 1, changed_at=at)

    def parted(self, at: datetime) -> "Worker":
        """On record by itself again, as it was."""
        return replace(self, status=Status.ACTIVE, merged_into=None, version=self.version + 1, changed_at=at)

    def withdrawn(self, at: datetime) -> "Worker":
        """The tombstone: id, unit and times remain, nothing personal does."""
        return replace(
            self,
            particulars=NOTHING_KNOWN,
            person_id=None,
            status=Status.WITHDRAWN,
            merged_into=None,
            version=self.version + 1,
            changed_at=at,
        )

    def erased(self, at: datetime) -> "Worker":
        """Nothing personal remains; what it held is sealed elsewhere, or gone."""
        return replace(self.withdrawn(at), status=Status.ERASED)

    def held(self, at: datetime) -> "Worker":
        """Nothing personal remains in sight until somebody has decided."""
        return replace(self.withdrawn(at), status=Status.HELD)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A worker about to be put on record, with the consent that allows it."""

    id: WorkerId
    place: Place
    particulars: Particulars
    consent: Consent
    captured_at: datetime
    body_hash: bytes = b""
