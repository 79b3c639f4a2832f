"""The registry's grievances: those who are to answer hear of them, in time and when they are late."""

from typing import Final

from sangathan_chassis.consumer import Consumer
from sangathan_chassis.database import Work
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.registry import GrievanceAnswered, GrievanceDue, GrievanceOpened
from sangathan_hierarchy.replica import decode
from sangathan_notify.commands import tell_of_grievance

NAME: Final = "notify-grievances"
STREAM: Final = "EV_REGISTRY"


async def on_grievance_opened(work: Work, envelope: Envelope) -> None:
    """Tells the office that a grievance has come to it."""
    await tell_of_grievance.handle(work, decode(envelope, GrievanceOpened))


async def on_grievance_due(work: Work, envelope: Envelope) -> None:
    """Reminds the office, or the one above."""
    await tell_of_grievance.handle(work, decode(envelope, GrievanceDue))


async def on_grievance_answered(work: Work, envelope: Envelope) -> None:
    """Tells who filed it."""
    await tell_of_grievance.answered(work, decode(envelope, GrievanceAnswered))


def grievances_consumer() -> Consumer:
    """The consumer of grievances."""
    handlers = {
        GrievanceOpened.type: on_grievance_opened,
        GrievanceDue.type: on_grievance_due,
        GrievanceAnswered.type: on_grievance_answered,
    }
    return Consumer(NAME, STREAM, handlers)
