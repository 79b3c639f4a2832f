"""The registry's word that a person was erased: what is held here about them goes, and the registry is told."""

from typing import Final

from sangathan_chassis.consumer import Consumer
from sangathan_chassis.database import Work
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.registry import WorkerErased
from sangathan_hierarchy.replica import decode
from sangathan_workshops.commands import erase_person

NAME: Final = "workshops-erasures"
STREAM: Final = "EV_REGISTRY"


async def on_worker_erased(work: Work, envelope: Envelope) -> None:
    """Purges and reports."""
    event = decode(envelope, WorkerErased)
    await erase_person.handle(work, event.erasure_id, event.person_ids)


def erasures_consumer() -> Consumer:
    """The consumer of erasures."""
    return Consumer(NAME, STREAM, {WorkerErased.type: on_worker_erased})
