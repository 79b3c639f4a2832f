"""An import: a file of existing workers that is worked off in batches, and what becomes of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sangathan_registry.domain.consent import MEMBERSHIP, NOTICE_OF_IMPORT, Consent

AT_ONCE: Final = 500
"""How many rows are worked in one transaction."""
MOST_BYTES: Final = 7_000_000
MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 200
MOST_LETTERS: Final = 2_000


class State(StrEnum):
    """How far an import is."""

    WAITING = "waiting"
    DONE = "done"
    STOPPED = "stopped"


class Stop(StrEnum):
    """Why an import was stopped before its end."""

    ASKED = "asked"
    OFFICE_ENDED = "office-ended"
    TOO_LATE = "too-late"
    UNIT_CLOSED = "unit-closed"


@dataclass(frozen=True, slots=True)
class Import:
    """One import as it stands: who asked, for which unit, on what basis, and how many rows are worked."""

    id: UUID
    unit_id: UUID
    path: str
    asked_by: UUID
    appointment_id: UUID | None
    office: str
    basis: str
    collected_on: date | None
    rows: int
    worked: int
    created_at: datetime

    def consent(self, now: datetime) -> Consent:
        """What the legacy list says was agreed: imported, so that a later notice reaches whoever came this way."""
        given = (
            datetime(*self.collected_on.timetuple()[:3], tzinfo=now.tzinfo) if self.collected_on else self.created_at
        )
        return Consent(MEMBERSHIP, NOTICE_OF_IMPORT, "hi", "imported", given, self.asked_by)


@dataclass(slots=True)
class Tally:
    """How rows ended."""

    accepted: int = 0
    already_there: int = 0
    rejected: int = 0
    needs_review: int = 0
