"""A plan calls every unit of one level to exactly one workshop: the rule, row by row."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NewType
from uuid import UUID

from sangathan_chassis.refusal import Pointer

UnitId = NewType("UnitId", UUID)

MOST_FAULTS: Final = 200
EARLIEST: Final = date(2000, 1, 1)
YEARS_AHEAD: Final = 10


@dataclass(frozen=True, slots=True)
class Venue:
    """Where and when a workshop is held; what makes two rows the same workshop."""

    held_on: date
    hi: str
    en: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the plan: this unit goes there."""

    venue: Venue
    unit_id: UnitId


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that the plan has to call."""

    unit_id: UnitId
    path: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What the rows amount to: per venue the units called there, and every fault found."""

    called: dict[Venue, list[Unit]]
    faults: tuple[Pointer, ...]

    @property
    def units(self) -> int:
        """How many units are called."""
        return sum(len(units) for units in self.called.values())


def draft_plan(lines: Sequence[Line], units: Iterable[Unit], *, level: str, today: date) -> Draft:
    """Groups the rows into workshops and names every double, unknown, missing unit and impossible date.

    A unit that is missing altogether is pointed at as ``/rows/-``, the place after the last row (RFC 6901).
    """
    known = {unit.unit_id: unit for unit in units}
    if not known:
        fault = Pointer("/level", f"there is no open {level} below this unit to call")
        return Draft({}, (fault,))
    called: dict[Venue, list[Unit]] = {}
    faults: list[Pointer] = []
    times = Counter(line.unit_id for line in lines)
    for at, line in enumerate(lines):
        if not EARLIEST <= line.venue.held_on <= latest_day(today):
            faults.append(Pointer(f"/rows/{at}/date", f"takes a day from {EARLIEST} to {latest_day(today)}"))
        if times[line.unit_id] > 1:
            faults.append(Pointer(f"/rows/{at}/unit_id", "this unit stands in more than one row"))
        if unit := known.get(line.unit_id):
            called.setdefault(line.venue, []).append(unit)
        else:
            faults.append(Pointer(f"/rows/{at}/unit_id", f"no open {level} below the plan's unit has this id"))
    missing = [unit for unit in known.values() if unit.unit_id not in times]
    faults += [Pointer("/rows/-", f"{unit.name_en} ({unit.unit_id}) is missing") for unit in missing]
    return Draft(called, tuple(faults[:MOST_FAULTS]))


def latest_day(today: date) -> date:
    """The last day that a plan may name."""
    return date(today.year + YEARS_AHEAD, 12, 31)
