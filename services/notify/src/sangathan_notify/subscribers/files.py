"""The registry's exports and imports: whoever asked for one hears when it is over."""

from typing import Final

from sangathan_chassis.consumer import Consumer
from sangathan_chassis.database import Work
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.registry import ExportEnded, ImportEnded
from sangathan_hierarchy.replica import decode
from sangathan_notify.commands import tell_of_file

NAME: Final = "notify-files"
STREAM: Final = "EV_REGISTRY"


async def on_export_ended(work: Work, envelope: Envelope) -> None:
    """Tells who asked for the export."""
    await tell_of_file.handle(work, decode(envelope, ExportEnded))


async def on_import_ended(work: Work, envelope: Envelope) -> None:
    """Tells who brought the list in."""
    await tell_of_file.handle(work, decode(envelope, ImportEnded))


def files_consumer() -> Consumer:
    """The consumer of exports and imports."""
    return Consumer(NAME, STREAM, {ExportEnded.type: on_export_ended, ImportEnded.type: on_import_ended})
