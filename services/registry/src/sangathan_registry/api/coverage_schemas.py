"""What the route of a drive's coverage gives."""

from datetime import date
from uuid import UUID

import msgspec


class CoverageDayOut(msgspec.Struct, frozen=True, kw_only=True):
    """One day in India: records by the day of capture, what was held by the day on which it came.

    ``active`` is how many vistaraks captured there that day, each counted once at every level.
    """

    day: date
    accepted: int
    begun: int
    finished: int
    active: int
    rejected: int
    waiting: int
    flagged: int
    settled: int


class CoverageUnitOut(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with all below it: ``booths`` and ``target`` of the whole drive, the rest within the days asked for."""

    unit_id: UUID
    level: str
    name_hi: str
    name_en: str
    closed: bool
    booths: int
    target: int
    begun: int
    finished: int
    accepted: int
    rejected: int
    waiting: int
    flagged: int
    settled: int
    days: list[CoverageDayOut]


class CoverageOut(msgspec.Struct, frozen=True, kw_only=True):
    """The unit and the units right below it, whose numbers add up to its own with those of its own rows."""

    from_: date = msgspec.field(name="from")
    to: date
    unit: CoverageUnitOut
    children: list[CoverageUnitOut]
