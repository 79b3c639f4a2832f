"""Tells somebody that the file they asked for is ready, or that the list they brought in is worked off."""

from sangathan_chassis.database import Work
from sangathan_contracts.registry import ExportEnded, ImportEnded
from sangathan_notify.commands import deliver_message
from sangathan_notify.commands.tell_of_appointment import UnitNotKnownYet
from sangathan_notify.domain.files import of_export, of_import
from sangathan_notify.store.messages import find_unit_names


async def handle(work: Work, event: ExportEnded | ImportEnded) -> None:
    """Delivers the message, once; raises UnitNotKnownYet to be tried again."""
    unit = await find_unit_names(work.raw, event.unit_id)
    if unit is None:
        raise UnitNotKnownYet
    message = of_export(event, unit) if isinstance(event, ExportEnded) else of_import(event, unit)
    await deliver_message.handle(work, message)
