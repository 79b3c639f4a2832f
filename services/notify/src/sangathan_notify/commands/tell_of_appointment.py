"""Tells a person of the office they have been appointed to."""

from sangathan_chassis.database import Work
from sangathan_contracts.identity import AppointmentState
from sangathan_notify.commands import deliver_message
from sangathan_notify.domain.messages import of_appointment
from sangathan_notify.store.messages import find_unit_names


class UnitNotKnownYet(Exception):  # noqa: N818 - the event is tried again once the replica has the unit.
    """The replica of the tree, fed beside this, has not come as far as this event."""


async def handle(work: Work, appointment: AppointmentState) -> bool:
    """Delivers the message unless the appointment has ended; raises UnitNotKnownYet to be tried again."""
    if appointment.ended_at is not None:
        return False
    unit = await find_unit_names(work.raw, appointment.unit_id)
    if unit is None:
        raise UnitNotKnownYet
    return await deliver_message.handle(work, of_appointment(appointment, unit))
