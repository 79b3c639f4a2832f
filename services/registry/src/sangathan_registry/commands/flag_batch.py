"""Flags what a batch by itself shows to be odd, in one statement for any batch; the rest is left to the job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.drive import Drive, Evidence, day_of
from sangathan_registry.domain.fences import Fence
from sangathan_registry.domain.flags import About, Flag, Rule
from sangathan_registry.domain.worker import Enrolment
from sangathan_registry.store import flags, sealed

ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The slot of what is flagged once for all time."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What a batch brought to a drive: records just put on record, the places captured with them, and by whom.

    ``device_id`` and ``skew``, by how much its clock was wrong, are for what comes from a device.
    """

    drive: Drive
    accepted: Sequence[Enrolment]
    places: Mapping[UUID, Evidence]
    device_id: UUID | None = None
    skew: timedelta = timedelta()
    on_paper: bool = False


async def handle(work: Work, brought: Brought, fences: Mapping[UUID, Fence]) -> None:
    """A flag never blocks a record: all of them are on record already. ``fences`` are those of their units."""
    fenced = [] if brought.on_paper else _fenced(brought, fences)
    await flags.keep(work, brought.drive.id, [*((flag, ONCE) for flag in fenced), *_skewed(brought)])


def spot(sealer: Sealer, one: Enrolment, at: Evidence | None) -> bytes | None:
    """The spot, of about a hundred metres, on the day."""
    if at is None:
        return None
    return sealed.spot_index(sealer, f"{day_of(one.captured_at)}:{at.latitude:.3f}:{at.longitude:.3f}")


def _fenced(brought: Brought, fences: Mapping[UUID, Fence]) -> list[Flag]:
    found = []
    for one in brought.accepted:
        fence = fences.get(one.place.unit_id)
        rule = _against(fence, brought.places.get(one.id), brought.drive.limits.accuracy_m) if fence else None
        if rule is not None:
            found.append(_about_record(rule, one))
    return found


def _against(fence: Fence, at: Evidence | None, roughest_m: int) -> Rule | None:
    # Whoever says to be accurate to within a district has given no place.
    if at is None or at.accuracy_m > roughest_m:
        return Rule.NO_PLACE
    return Rule.OUTSIDE_FENCE if fence.excludes(at) else None


def _about_record(rule: Rule, one: Enrolment) -> Flag:
    place = one.place
    return Flag(rule, About.RECORD, one.id, place.unit_id, place.path, day_of(one.captured_at), record_id=one.id)


def _skewed(brought: Brought) -> list[tuple[Flag, datetime]]:
    """A device whose clock was far off, once a day."""
    minutes, allowed = int(abs(brought.skew) / timedelta(minutes=1)), brought.drive.limits.clock_skew_minutes
    if minutes <= allowed or brought.device_id is None:
        return []
    first = brought.accepted[0]
    day = day_of(first.captured_at)
    slot = datetime(day.year, day.month, day.day, tzinfo=UTC)
    unit_id, path = first.place.unit_id, first.place.path
    about = (About.DEVICE, brought.device_id, unit_id, path, day)
    return [(Flag(Rule.CLOCK_SKEW, *about, seen=min(minutes, 2**31 - 1), allowed=allowed), slot)]
