"""Passes a part of the own office on to somebody for a while, at the own unit or beneath it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.identity import AppointmentMade
from sangathan_contracts.offices import CATALOGUE
from sangathan_identity.commands.appointee import NewPerson, appointee, lock_giver
from sangathan_identity.domain.appointments import Appointment, Term
from sangathan_identity.domain.delegations import check_actions, check_giver, check_lent_term
from sangathan_identity.domain.ids import AppointmentId
from sangathan_identity.domain.refusals import ALREADY_HOLDS, NOT_YOURS_TO_DELEGATE, NOT_YOURSELF
from sangathan_identity.domain.states import appointment_state
from sangathan_identity.domain.units import check_open
from sangathan_identity.store import appointments, audit, tree, units


@dataclass(frozen=True, slots=True)
class DelegateAppointment:
    """From which appointment, to whom, where, what, and from when up to when."""

    appointment_id: UUID
    person: UUID | NewPerson
    unit_id: UUID
    actions: frozenset[str]
    term: Term


async def handle(work: Work, caller: Caller, command: DelegateAppointment, sealer: Sealer) -> Appointment:
    """The delegation: an appointment of its own that gives these actions as long as the giver's office gives them."""
    command.term.check(work.now)
    await tree.share_tree(work, caller)
    await lock_giver(work, caller)
    giver = await appointments.get_appointment(work, command.appointment_id)
    if giver.id != caller.appointment_id or giver.person_id != caller.person:
        raise Refusal(NOT_YOURS_TO_DELEGATE, "Name the appointment that you act under.")
    check_giver(giver)
    check_actions(CATALOGUE, giver, command.actions)
    check_lent_term(giver.term, command.term, longest=timedelta(days=CATALOGUE.longest_delegation_days))
    unit = await units.get_unit(work, command.unit_id)
    check_open(unit)
    person = await appointee(work, command.person, sealer)
    if person.id == caller.person:
        raise Refusal(NOT_YOURSELF, "Pass it on to somebody else.")
    lent = Appointment(
        id=AppointmentId(uuid7()),
        person_id=person.id,
        office=giver.office,
        unit_id=unit.id,
        path=unit.path,
        term=command.term,
        appointed_by=caller.person,
        delegated_from=giver.id,
        actions=tuple(sorted(command.actions)),
    )
    if await appointments.holds_already(work, lent):
        raise Refusal(ALREADY_HOLDS, "Choose a term that does not overlap, or end the other appointment first.")
    await _insert(work, caller, lent)
    return lent


async def _insert(work: Work, caller: Caller, lent: Appointment) -> None:
    await appointments.insert_appointments(work, [lent])
    work.publish(AppointmentMade(appointment=appointment_state(lent)), path=lent.path)
    detail = {"office": lent.office, "person_id": str(lent.person_id), "actions": list(lent.actions)}
    await audit.append(work, audit.Entry.done(caller, lent.id, lent.path, **detail))
