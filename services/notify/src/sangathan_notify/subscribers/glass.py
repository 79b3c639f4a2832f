"""The registry's broken glass: those concerned and those above hear of it in the moment it happens."""

from typing import Final

from sangathan_chassis.consumer import Consumer
from sangathan_chassis.database import Work
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.registry import GlassBroken
from sangathan_hierarchy.replica import decode
from sangathan_notify.commands import tell_of_broken_glass

NAME: Final = "notify-glass"
STREAM: Final = "EV_REGISTRY"


async def on_glass_broken(work: Work, envelope: Envelope) -> None:
    """Tells everybody concerned."""
    await tell_of_broken_glass.handle(work, decode(envelope, GlassBroken))


def glass_consumer() -> Consumer:
    """The consumer of broken glass."""
    return Consumer(NAME, STREAM, {GlassBroken.type: on_glass_broken})
