"""The registry's transfers: who has to answer one, and both sides of what came of it, hear of it."""

from typing import Final

from sangathan_chassis.consumer import Consumer
from sangathan_chassis.database import Work
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.registry import TransferAsked, TransferEnded
from sangathan_hierarchy.replica import decode
from sangathan_notify.commands import tell_of_transfer

NAME: Final = "notify-transfers"
STREAM: Final = "EV_REGISTRY"


async def on_transfer_asked(work: Work, envelope: Envelope) -> None:
    """Tells the sides that have to agree."""
    await tell_of_transfer.asked(work, decode(envelope, TransferAsked))


async def on_transfer_ended(work: Work, envelope: Envelope) -> None:
    """Tells both sides, and the worker who went."""
    await tell_of_transfer.ended(work, decode(envelope, TransferEnded))


def transfers_consumer() -> Consumer:
    """The consumer of transfers."""
    return Consumer(NAME, STREAM, {TransferAsked.type: on_transfer_asked, TransferEnded.type: on_transfer_ended})
