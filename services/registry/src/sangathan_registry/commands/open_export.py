"""Hands an export out to whoever asked for it, each time anew on the trail."""

from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_registry.domain.exports import Export, refuse_download
from sangathan_registry.queries.exports import find_export
from sangathan_registry.store import audit


async def handle(work: Work, caller: Caller, export_id: UUID) -> Export:
    """The export, whole and with no more in it than the office sees now; one of somebody else reads as missing."""
    export = await find_export(work.raw, caller, work.now, export_id)
    if export is None:
        raise Refusal(NOT_FOUND)
    refuse_download(export, caller.field_classes)
    subject = audit.Subject(export.unit_id, export.path, records=export.rows)
    await audit.note(work, caller, subject, purpose=export.purpose, fields=sorted(export.field_classes))
    return export
