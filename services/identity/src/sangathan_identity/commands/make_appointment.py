"""Appoints a person to an office at a unit, from above: within the own subtree, to an office that the own one gives.

Who is appointed in their own right ends the acting charges of that office there, or lets them lapse on the day the new
term begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.identity import AppointmentMade, AppointmentShortened
from sangathan_contracts.offices import CATALOGUE
from sangathan_identity.commands.appointee import NewPerson, appointee
from sangathan_identity.commands.end_office import write_ended
from sangathan_identity.domain.appointments import Appointment, Term, check_gives, check_office_at, settle
from sangathan_identity.domain.charges import Charge, check_charge
from sangathan_identity.domain.ids import AppointmentId
from sangathan_identity.domain.states import appointment_state
from sangathan_identity.store import appointments, audit, tree, units


@dataclass(frozen=True, slots=True)
class MakeAppointment:
    """Who (by id, or newly), which office, where, from when up to when, and whether only as an acting charge."""

    person: UUID | NewPerson
    office: str
    unit_id: UUID
    term: Term
    charge: Charge | None = None


async def handle(work: Work, caller: Caller, command: MakeAppointment, sealer: Sealer) -> Appointment:
    """The appointment, from its first moment an office-bearer's rights."""
    command.term.check(work.now)
    check_gives(CATALOGUE, caller.office, command.office)
    await tree.share_tree(work, caller)
    unit = await units.get_unit(work, command.unit_id, field="unit_id")
    check_office_at(CATALOGUE, command.office, unit)
    around = await appointments.at_offices(work, [unit.id], [command.office], command.term.begins)
    there = [one for one in around if one.overlaps(command.term)]
    if command.charge is not None:
        check_charge(CATALOGUE, command.term, there, command.charge)
    person = await appointee(work, command.person, sealer)
    appointment = Appointment(
        id=AppointmentId(uuid7()),
        person_id=person.id,
        office=command.office,
        unit_id=unit.id,
        path=unit.path,
        term=command.term,
        appointed_by=caller.person,
        acting=command.charge is not None,
    )
    await relieve(work, settle(appointment, there, work.now))
    await _insert(work, caller, appointment, command.charge)
    return appointment


async def relieve(work: Work, charges: Sequence[Appointment]) -> None:
    """Writes and announces acting charges that are over, or lapse sooner, since a regular holder begins."""
    await write_ended(work, [one for one in charges if one.ended_at is not None])
    shorter = [one for one in charges if one.ended_at is None]
    await appointments.save_ends(work, shorter)
    for one in shorter:
        work.publish(AppointmentShortened(appointment=appointment_state(one)), path=one.path)


async def _insert(work: Work, caller: Caller, appointment: Appointment, charge: Charge | None) -> None:
    reason = charge.absence_reason if charge else None
    await appointments.insert_appointments(work, [appointment], absence_reason=reason)
    work.publish(AppointmentMade(appointment=appointment_state(appointment)), path=appointment.path)
    detail: dict[str, Any] = {"office": appointment.office, "person_id": str(appointment.person_id)}
    if charge:
        detail |= {"acting": True, "absence_reason": reason}
    await audit.append(work, audit.Entry.done(caller, appointment.id, appointment.path, **detail))
