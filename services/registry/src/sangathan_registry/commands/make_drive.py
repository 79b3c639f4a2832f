"""Begins a drive over every open booth of a unit."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_chassis.scope import upper_bound
from sangathan_registry.domain.flags import Limits
from sangathan_registry.queries.drives import has_published_version
from sangathan_registry.queries.units import get_place
from sangathan_registry.store import audit, drives, forms


@dataclass(frozen=True, slots=True)
class MakeDrive:
    """Where, when, on which form, and from where on something looks odd."""

    unit_id: UUID
    names: tuple[str, str]
    form_id: UUID | None
    dates: tuple[datetime, datetime, datetime]
    target_per_booth: int
    limits: Limits


async def handle(work: Work, caller: Caller, command: MakeDrive) -> UUID:
    """The new drive's id; refuses dates out of order and a form without a published version."""
    place = await get_place(work.raw, work.scope, command.unit_id, field="unit_id")
    starts_at, ends_at, grace_until = command.dates
    faults = []
    if not starts_at < ends_at:
        faults.append(Pointer("/ends_at", "a time later than starts_at"))
    if grace_until < ends_at:
        faults.append(Pointer("/grace_until", "a time not before ends_at"))
    if command.form_id and not await has_published_version(work.raw, command.form_id):
        faults.append(Pointer("/form_id", "a form that you see and that has a published version"))
    if faults:
        raise Refusal(INVALID_INPUT, "Each error names the place and what would be accepted.", errors=faults)
    drive_id = uuid7()
    await forms.insert_drive(
        work,
        drive_id,
        place,
        names=command.names,
        rest=(command.form_id, *command.dates, caller.person, command.limits.text()),
    )
    await drives.cover_booths(work, drive_id, command.target_per_booth, (place.path, upper_bound(place.path)))
    await audit.note(work, caller, audit.Subject(place.unit_id, place.path))
    return drive_id
