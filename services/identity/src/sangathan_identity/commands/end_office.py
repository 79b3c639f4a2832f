"""Ends an appointment with all that hangs on it: what was passed on from it dies in the same transaction."""

from collections.abc import Sequence

from sangathan_chassis.database import Work
from sangathan_contracts.identity import AppointmentEnded
from sangathan_identity.commands.doorway import whole_tree
from sangathan_identity.domain.appointments import Appointment
from sangathan_identity.domain.states import appointment_state
from sangathan_identity.store import appointments


async def end_with_delegations(work: Work, appointment: Appointment) -> list[Appointment]:
    """The ended appointment first, then the ended delegations; each is announced."""
    return [*await _end(work, [appointment]), *await end_delegations(work, [appointment])]


async def end_delegations(work: Work, givers: Sequence[Appointment]) -> list[Appointment]:
    """Ends only what was passed on: a giver who is suspended may come back, what they lent does not by itself.

    A delegation lies within the giver's unit when it is made, but its unit may have moved away since: hence the look
    across the whole tree.
    """
    async with whole_tree(work):
        lent = [one for giver in givers for one in await appointments.delegations_of(work, giver.id, work.now)]
    return await _end(work, lent)


async def _end(work: Work, over: Sequence[Appointment]) -> list[Appointment]:
    ended = [one.ended(work.now) for one in over]
    async with whole_tree(work):
        for one in ended:
            await appointments.save_end(work, one)
    for one in ended:
        work.publish(AppointmentEnded(appointment=appointment_state(one)), path=one.path)
    return ended
