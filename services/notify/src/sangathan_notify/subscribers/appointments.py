"""Identity's appointments, as far as the person is to be told; apart from the replica, which must never wait for it."""

from typing import Final

from sangathan_chassis.consumer import Consumer
from sangathan_chassis.database import Work
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.identity import AppointmentMade
from sangathan_hierarchy.replica import decode
from sangathan_notify.commands import tell_of_appointment

NAME: Final = "notify-appointments"
STREAM: Final = "EV_IDENTITY"


async def on_appointment_made(work: Work, envelope: Envelope) -> None:
    """Tells the person; another system that was granted something reads no inbox."""
    made = decode(envelope, AppointmentMade).appointment
    if made.client_id is None:
        await tell_of_appointment.handle(work, made)


def appointments_consumer() -> Consumer:
    """The consumer of appointments."""
    return Consumer(NAME, STREAM, {AppointmentMade.type: on_appointment_made})
