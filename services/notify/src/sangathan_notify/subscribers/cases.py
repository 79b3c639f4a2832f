"""The registry's cases: those in office where one is opened, passed on or decided hear of it."""

from typing import Final

from sangathan_chassis.consumer import Consumer
from sangathan_chassis.database import Work
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.registry import CaseDecided, CaseOpened, CasePassedOn
from sangathan_hierarchy.replica import decode
from sangathan_notify.commands import tell_of_case

NAME: Final = "notify-cases"
STREAM: Final = "EV_REGISTRY"


async def on_case_opened(work: Work, envelope: Envelope) -> None:
    """Tells the unit that somebody is said to pass as one of theirs."""
    event = decode(envelope, CaseOpened)
    await tell_of_case.handle(work, event, [event.unit_id])


async def on_case_passed_on(work: Work, envelope: Envelope) -> None:
    """Tells the unit that a case has come to it."""
    event = decode(envelope, CasePassedOn)
    await tell_of_case.handle(work, event, [event.unit_id])


async def on_case_decided(work: Work, envelope: Envelope) -> None:
    """Tells every unit concerned what was decided."""
    event = decode(envelope, CaseDecided)
    await tell_of_case.handle(work, event, event.units)


def cases_consumer() -> Consumer:
    """The consumer of cases."""
    handlers = {
        CaseOpened.type: on_case_opened,
        CasePassedOn.type: on_case_passed_on,
        CaseDecided.type: on_case_decided,
    }
    return Consumer(NAME, STREAM, handlers)
