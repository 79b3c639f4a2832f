"""Grants another system a part of the own office, at the own unit or beneath it, until a date."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_contracts.identity import AppointmentMade
from sangathan_contracts.offices import CATALOGUE
from sangathan_identity.commands.appointee import lock_giver
from sangathan_identity.domain.appointments import Appointment, Term
from sangathan_identity.domain.grants import check_grant
from sangathan_identity.domain.ids import AppointmentId, PersonId
from sangathan_identity.domain.refusals import GRANT_HELD_ALREADY
from sangathan_identity.domain.states import appointment_state
from sangathan_identity.domain.units import check_open
from sangathan_identity.store import appointments, audit, clients, tree, units


@dataclass(frozen=True, slots=True)
class GrantToClient:
    """To which system, where, what, and from when up to when."""

    client_id: UUID
    unit_id: UUID
    actions: frozenset[str]
    term: Term


async def handle(work: Work, caller: Caller, command: GrantToClient) -> Appointment:
    """The grant: an appointment that hangs on the caller's, and gives these actions as long as that office gives them.

    The system belongs to the caller's unit or to one beneath it, as the unit that it is granted something at.
    """
    command.term.check(work.now)
    await tree.share_tree(work, caller)
    await lock_giver(work, caller)
    if caller.appointment_id is None:
        raise Refusal(NOT_FOUND)
    giver = await appointments.get_appointment(work, caller.appointment_id)
    check_grant(CATALOGUE, giver, command.actions, command.term)
    unit = await units.get_unit(work, command.unit_id, field="unit_id")
    check_open(unit)
    client = await clients.get_client(work, command.client_id)
    client.check_may_hold_grants()
    granted = Appointment(
        id=AppointmentId(uuid7()),
        person_id=PersonId(client.id),
        office=giver.office,
        unit_id=unit.id,
        path=unit.path,
        term=command.term,
        appointed_by=caller.person,
        delegated_from=giver.id,
        actions=tuple(sorted(command.actions)),
        client_id=client.id,
    )
    if await appointments.holds_already(work, granted):
        raise Refusal(GRANT_HELD_ALREADY, "Choose a term that does not overlap, or end the other grant first.")
    await appointments.insert_appointments(work, [granted])
    work.publish(AppointmentMade(appointment=appointment_state(granted)), path=granted.path)
    detail = {"client_id": str(client.id), "office": granted.office, "actions": list(granted.actions)}
    await audit.append(work, audit.Entry.done(caller, granted.id, granted.path, **detail))
    return granted
