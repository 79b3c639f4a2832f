"""A drive: where and when records are collected, on which form, and how late they may still come in."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final
from uuid import UUID

from sangathan_registry.domain.flags import Limits

INDIA: Final = timezone(timedelta(hours=5, minutes=30))
NO_DAY: Final = date.min
"""Where numbers stand that belong to no day of capture."""


@dataclass(frozen=True, slots=True)
class Drive:
    """Units and dates of a drive; batches that were captured within them are taken until ``grace_until``."""

    id: UUID
    path: str
    form_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    grace_until: datetime
    limits: Limits

    def covers(self, path: str, at: datetime) -> bool:
        """Whether something captured then in that unit belongs to the drive."""
        return path.startswith(self.path) and self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the device said it was; it never blocks a record."""

    latitude: float
    longitude: float
    accuracy_m: float


@dataclass(slots=True)
class Tally:
    """What a batch changes in the numbers of one booth."""

    accepted: int = 0
    rejected: int = 0
    waiting: int = 0
    collected: int = 0


def day_of(at: datetime) -> date:
    """The day in India on which something was captured."""
    return at.astimezone(INDIA).date()
