"""The registry's word that a person was erased: what is held here about them goes, and the registry is told."""

from typing import Final

import msgspec

from sangathan_chassis.consumer import Consumer, Poison
from sangathan_chassis.database import Work
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.registry import WorkerErased
from sangathan_identity.commands import erase_person

NAME: Final = "identity-erasures"
STREAM: Final = "EV_REGISTRY"


async def on_worker_erased(work: Work, envelope: Envelope) -> None:
    """Purges and reports."""
    try:
        event = msgspec.json.decode(envelope.body, type=WorkerErased)
    except msgspec.MsgspecError as error:
        reason = f"unreadable {WorkerErased.type}"
        raise Poison(reason) from error
    await erase_person.handle(work, event.erasure_id, event.person_ids, (event.worker_id, *event.merged_ids))


def erasures_consumer() -> Consumer:
    """The consumer of erasures."""
    return Consumer(NAME, STREAM, {WorkerErased.type: on_worker_erased})
