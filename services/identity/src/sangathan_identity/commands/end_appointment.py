"""Ends an appointment before its time; its rights are gone within moments."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_contracts.offices import CATALOGUE
from sangathan_identity.commands.end_office import end_with_delegations
from sangathan_identity.domain.appointments import Appointment, check_may_appoint
from sangathan_identity.store import appointments, audit, tree


@dataclass(frozen=True, slots=True)
class EndAppointment:
    """Which appointment."""

    appointment_id: UUID


async def handle(work: Work, caller: Caller, command: EndAppointment) -> Appointment:
    """The ended appointment; who may give an office may take it back, and who passed a part of it on, that part."""
    await tree.share_tree(work, caller)
    appointment = await appointments.get_appointment(work, command.appointment_id)
    if appointment.delegated_from is None or appointment.delegated_from != caller.appointment_id:
        check_may_appoint(CATALOGUE, caller.office, appointment.office)
    ended, *lent = await end_with_delegations(work, appointment)
    detail = {"office": ended.office, "delegations": len(lent)}
    await audit.append(work, audit.Entry.done(caller, ended.id, ended.path, **detail))
    return ended
