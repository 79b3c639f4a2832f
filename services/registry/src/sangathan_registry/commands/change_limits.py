"""Changes from where on a running drive flags something; who did it, when, and why, stays on record.

What was flagged before stays flagged, and what was not is not looked at again: the limits hold for what comes from now.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_registry.domain.drive import Drive
from sangathan_registry.domain.refusals import DRIVE_OVER
from sangathan_registry.queries.drives import get_drive
from sangathan_registry.store import audit, limit_changes


@dataclass(frozen=True, slots=True)
class ChangeLimits:
    """Of which drive, which limits by name, and why."""

    drive_id: UUID
    limits: Mapping[str, int]
    why: str


async def handle(work: Work, caller: Caller, command: ChangeLimits) -> Drive:
    """The drive as it is now; the same limits again change nothing. A drive set up above is not the caller's."""
    place = await limit_changes.lock_drive(work, command.drive_id)
    if place is None:
        raise Refusal(NOT_FOUND)
    drive = await get_drive(work.raw, command.drive_id)
    if work.now > drive.grace_until:
        raise Refusal(DRIVE_OVER, "It takes no more records, so that no limit holds for any.")
    after = replace(drive.limits, **command.limits)
    if after != drive.limits:
        await limit_changes.change(work, drive, after, limit_changes.By(caller.person, caller.own_office, command.why))
        await audit.note(work, caller, audit.Subject(*place), purpose=command.why, fields=sorted(command.limits))
    return await get_drive(work.raw, command.drive_id)
