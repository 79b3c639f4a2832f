"""Asks for an export of a unit of the caller's own and all below it; a job makes it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_registry.domain.exports import Export, Format, State
from sangathan_registry.domain.refusals import EXPORTS_USED_UP
from sangathan_registry.queries.units import get_place
from sangathan_registry.store import audit, exports

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AskExport:
    """Which unit, which records, as what, and why."""

    unit_id: UUID
    format: Format
    status: str
    purpose: str


async def handle(work: Work, caller: Caller, command: AskExport, *, days: int, per_day: int) -> Export:
    """The export that is waiting to be made; refuses a unit outside as missing, and too many a day."""
    if caller.appointment_id is None or caller.viewing is not None:
        raise Refusal(NOT_FOUND)
    place = await get_place(work.raw, work.scope, command.unit_id, field="unit_id")
    if await exports.asked_since(work, caller.appointment_id, work.now - _DAY) >= per_day:
        detail = f"{per_day} exports within 24 hours are made for an office."
        raise Refusal(EXPORTS_USED_UP, detail, headers={"retry-after": "3600"})
    export = Export(
        id=uuid7(),
        unit_id=place.unit_id,
        path=place.path,
        format=command.format,
        status=command.status,
        field_classes=caller.field_classes,
        purpose=command.purpose,
        asked_by=caller.person,
        appointment_id=caller.appointment_id,
        office=caller.own_office,
        asked_at=work.now,
        expires_at=work.now + timedelta(days=days),
        state=State.WAITING,
        rows=0,
        parts=0,
        listed_at=None,
        ready_at=None,
    )
    await exports.insert(work, export)
    subject = audit.Subject(place.unit_id, place.path)
    await audit.note(work, caller, subject, purpose=command.purpose, fields=sorted(caller.field_classes))
    return export
