"""The gateway's refusals, which identity's trail takes in, since the gateway keeps none."""

from typing import Final

import msgspec

from sangathan_chassis.consumer import Consumer, Poison
from sangathan_chassis.database import Work
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.gateway import RequestsRefused
from sangathan_identity.commands import note_refusal

NAME: Final = "identity-refusals"
STREAM: Final = "EV_GATEWAY"


async def on_requests_refused(work: Work, envelope: Envelope) -> None:
    """Notes whom the gateway refused what."""
    try:
        event = msgspec.json.decode(envelope.body, type=RequestsRefused)
    except msgspec.MsgspecError as error:
        raise Poison(f"unreadable {RequestsRefused.type}") from error
    await note_refusal.handle(work, event)


def refusals_consumer() -> Consumer:
    """The consumer of refusals."""
    return Consumer(NAME, STREAM, {RequestsRefused.type: on_requests_refused})
