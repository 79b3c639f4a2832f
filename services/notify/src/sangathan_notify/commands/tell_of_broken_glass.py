"""Tells everybody concerned, at once, that somebody opened a record outside their own area."""

from sangathan_chassis.database import Work
from sangathan_contracts.registry import GlassBroken
from sangathan_notify.commands import deliver_message
from sangathan_notify.commands.tell_of_appointment import UnitNotKnownYet
from sangathan_notify.domain.glass import of_broken_glass
from sangathan_notify.store.messages import find_unit_names


async def handle(work: Work, event: GlassBroken) -> None:
    """Delivers a message to each; raises UnitNotKnownYet to be tried again."""
    unit = await find_unit_names(work.raw, event.unit_id)
    opener_unit = await find_unit_names(work.raw, event.opener_unit_id)
    if unit is None or opener_unit is None:
        raise UnitNotKnownYet
    for message in of_broken_glass(event, unit=unit, opener_unit=opener_unit):
        await deliver_message.handle(work, message)
