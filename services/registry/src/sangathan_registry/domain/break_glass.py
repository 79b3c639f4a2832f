"""Break-glass: one record outside the own range, for a short while, with a reason that somebody above will weigh."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sangathan_contracts.offices import OFFICES
from sangathan_registry.domain.units_above import above

SHORTEST_MINUTES: Final = 15
LONGEST_MINUTES: Final = 60
REVIEW_WITHIN: Final = timedelta(days=3)
OPENED: Final = "break-glass.open"
LISTED: Final = "break-glass.list"
REVIEWED: Final = "break-glass.review"


class State(StrEnum):
    """Whether the record can be read under an opening."""

    OPEN = "open"
    ENDED = "ended"
    EXPIRED = "expired"


class Verdict(StrEnum):
    """What somebody above found about an opening."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not-justified"


def state_of(now: datetime, expires_at: datetime, ended_at: datetime | None) -> State:
    """The state at this moment; an opening ends by its date with nobody acting."""
    if ended_at is not None:
        return State.ENDED
    return State.OPEN if now < expires_at else State.EXPIRED


def stands_above(path: str, opener_path: str) -> bool:
    """Whether the unit at ``path`` is strictly above the opener's: nobody reviews their own unit."""
    return path in above(opener_path)[:-1]


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds an office, in their own right, at the unit at ``path``."""

    person_id: UUID
    office: str
    path: str


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told at once: those in office at the record, and those above the one who opened it."""

    owners: tuple[UUID, ...]
    superiors: tuple[UUID, ...]


def who_is_told(holders: Sequence[Holder], *, record_path: str, opener_path: str, opener: UUID) -> Told:
    """The nearest in office from the record's unit upwards, and the nearest strictly above the opener's who may review.

    The opener is never among them, whatever else they hold; whoever is both is told as the superior.
    """
    others = [holder for holder in holders if holder.person_id != opener]
    superiors = _nearest(others, above(opener_path)[:-1], REVIEWED)
    owners = _nearest(others, above(record_path), LISTED)
    return Told(tuple(one for one in owners if one not in superiors), superiors)


def _nearest(holders: Sequence[Holder], upwards: Sequence[str], action: str) -> tuple[UUID, ...]:
    for path in reversed(upwards):
        found = {one.person_id for one in holders if one.path == path and _may(one.office, action)}
        if found:
            return tuple(sorted(found))
    return ()


def _may(office: str, action: str) -> bool:
    known = OFFICES.get(office)
    return known is not None and known.allows(action)
