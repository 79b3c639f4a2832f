"""Ends an appointment with all that hangs on it: what was passed on from it dies in the same transaction."""

from collections.abc import Sequence
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_contracts.identity import AppointmentEnded
from sangathan_identity.commands.doorway import whole_tree
from sangathan_identity.domain.appointments import Appointment
from sangathan_identity.domain.states import appointment_state
from sangathan_identity.store import appointments


async def end_with_delegations(work: Work, appointment: Appointment) -> list[Appointment]:
    """The ended appointment first, then the ended delegations; each is announced."""
    return await write_ended(work, [appointment.ended(work.now)])


async def write_ended(work: Work, ended: Sequence[Appointment]) -> list[Appointment]:
    """Writes and announces appointments that have ended, then the delegations that end with them; gives all."""
    await _write(work, ended)
    return [*ended, *await end_delegations(work, ended)]


async def end_delegations(work: Work, givers: Sequence[Appointment]) -> list[Appointment]:
    """Ends only what was passed on: a giver who is suspended may come back, what they lent does not by itself.

    A delegation lies within the giver's unit when it is made, but its unit may have moved away since: hence the look
    across the whole tree.
    """
    async with whole_tree(work):
        lent = await appointments.delegations_of(work, [giver.id for giver in givers], work.now)
    ended = [one.ended(work.now) for one in lent]
    await _write(work, ended)
    return ended


async def end_grants(work: Work, client_id: UUID) -> list[Appointment]:
    """Ends all that another system was granted, wherever it is."""
    async with whole_tree(work):
        granted = await appointments.grants_of(work, client_id, work.now)
    return await write_ended(work, [one.ended(work.now) for one in granted])


async def _write(work: Work, ended: Sequence[Appointment]) -> None:
    async with whole_tree(work):
        await appointments.save_ends(work, ended)
    for one in ended:
        work.publish(AppointmentEnded(appointment=appointment_state(one)), path=one.path)
