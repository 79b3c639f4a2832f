"""Gives out what is kept of an import's rows, as files; each giving is on the trail."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import FORBIDDEN, NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.import_rows import Reading
from sangathan_registry.domain.imports import MOST_ROWS, State, Stop
from sangathan_registry.queries.imports import content_of_row, get_import, list_rows, office_holders, said_in_row
from sangathan_registry.queries.phones import sealed_of
from sangathan_registry.store import audit, imports

REJECTS = ("rejected", "needs-review")
_EVERY_CLASS = frozenset({"open", "contact", "sensitive"})

Row = tuple[asyncpg.Record, dict[str, Any]]


async def rejects(work: Work, sealer: Sealer, caller: Caller, import_id: UUID) -> tuple[Reading, Sequence[Row]]:
    """How the file was read, and its rows that were not accepted with what is kept of them.

    They hold whatever was sent: whoever sent them gets them, and who sees every class of fields.
    """
    found = await get_import(work.raw, work.scope, import_id)
    if found["asked_by"] != caller.person and not caller.field_classes >= _EVERY_CLASS:
        raise Refusal(FORBIDDEN, "What was sent is given to who sent it, and to offices that see every field.")
    rows = await list_rows(work.raw, work.scope, import_id, outcomes=REJECTS, limit=MOST_ROWS)
    await _note(work, caller, found, len(rows))
    reading = await imports.reading_of(work.raw, sealer, import_id)
    return reading, [(row, content_of_row(sealer, import_id, row)) for row in rows]


async def office_rows(
    work: Work, sealer: Sealer, caller: Caller, import_id: UUID
) -> Sequence[tuple[asyncpg.Record, str | None, dict[str, Any]]]:
    """Whoever the list says holds an office, as their record stands now: the row, the phone, and the office."""
    found = await get_import(work.raw, work.scope, import_id)
    if "contact" not in caller.field_classes:
        raise Refusal(FORBIDDEN, "Appointments are made by phone number; your office does not see those.")
    rows = await office_holders(work.raw, work.scope, import_id)
    await _note(work, caller, found, len(rows))
    return [(row, sealed_of(sealer, row).phone, said_in_row(sealer, import_id, row)) for row in rows]


async def stop(work: Work, caller: Caller, import_id: UUID) -> asyncpg.Record:
    """The import, stopped if it waited; what is on record by it stays."""
    found = await get_import(work.raw, work.scope, import_id)
    if await imports.end(work, import_id, State.STOPPED, Stop.ASKED):
        await _note(work, caller, found, found["rows"] - found["worked"])
    return await get_import(work.raw, work.scope, import_id)


async def _note(work: Work, caller: Caller, found: asyncpg.Record, records: int) -> None:
    path = await work.raw.fetchval("SELECT path FROM worker_imports WHERE id = $1", found["id"])
    if path is None:
        raise Refusal(NOT_FOUND)
    subject = audit.Subject(found["unit_id"], path, batch_id=found["id"], records=records)
    await audit.note(work, caller, subject)
