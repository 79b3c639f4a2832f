"""Assigns a booth to a vistarak for a time, so that records captured there by them are accepted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import INVALID_INPUT, Refusal
from sangathan_registry.domain.particulars import fault
from sangathan_registry.queries.assignments import find_vistarak_appointment
from sangathan_registry.queries.units import get_place
from sangathan_registry.store import audit
from sangathan_registry.store.assignments import insert_assignment


@dataclass(frozen=True, slots=True)
class AssignBooth:
    """Whom, where, from when and up to when."""

    person_id: UUID
    unit_id: UUID
    valid_from: datetime
    valid_to: datetime | None


async def handle(work: Work, caller: Caller, command: AssignBooth) -> tuple[UUID, UUID]:
    """The assignment's id and the appointment it rests on; refuses who holds no office of vistarak over the unit."""
    place = await get_place(work.raw, work.scope, command.unit_id, field="unit_id")
    appointment_id = await find_vistarak_appointment(work.raw, command.person_id, place.path, work.now)
    if appointment_id is None:
        raise Refusal(INVALID_INPUT, "Appoint the person as vistarak first.", errors=[fault("person_id")])
    assignment_id = uuid7()
    await insert_assignment(
        work,
        assignment_id,
        place,
        appointment_id=appointment_id,
        person_id=command.person_id,
        dates=(command.valid_from, command.valid_to),
        assigned_by=caller.person,
    )
    await audit.note(work, caller, audit.Subject(place.unit_id, place.path))
    return assignment_id, appointment_id
