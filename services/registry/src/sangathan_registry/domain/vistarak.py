"""What a vistarak may do: capture in assigned booths on the assignment's dates, and see only what they captured.

The booths of a vistarak are not one range of paths, so the range in the assertion is the smallest unit that holds them
all, and these two rules narrow it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

VISTARAK: Final = "vistarak"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A booth for a time; an open end is None."""

    unit_id: UUID
    valid_from: datetime
    valid_to: datetime | None

    def covers(self, unit_id: UUID, at: datetime) -> bool:
        """Whether a record captured then at that unit is within the assignment."""
        return self.unit_id == unit_id and self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


def sees_only_own_captures(office: str) -> bool:
    """Whether the office is limited to rows its holder captured."""
    return office == VISTARAK


def may_capture(assignments: Iterable[Assignment], unit_id: UUID, at: datetime) -> bool:
    """Whether one of the assignments covers the capture."""
    return any(one.covers(unit_id, at) for one in assignments)
