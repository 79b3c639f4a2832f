"""The job that makes exports, a page at a time, and forgets those whose days are over.

First it notes at one moment which records are in an export, by their ids, which nothing changes. Then it reads page by
page what they say: whoever is renamed or moved within the unit meanwhile is in the file once, and nobody comes into it
or is passed over. Each page commits with how far the export has come, so that whoever takes it up after a process was
killed goes on with the next page; memory holds one page, however large the unit. Only the whole is ever handed out.
"""

import asyncio
import logging
from dataclasses import replace
from typing import Final

from sangathan_chassis.audit import Entry, append
from sangathan_chassis.database import Database, Work
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer, Unsealable
from sangathan_contracts.registry import ExportEnded
from sangathan_registry.domain.exports import Export, State, Stop
from sangathan_registry.queries.exports import read_listed
from sangathan_registry.store import exports, turns

log = logging.getLogger(__name__)

MADE: Final = "worker.export-made"
"""The trail's word for what the job does; nobody may ask for it."""

_EXPORT_LOCK = 7_305_160
_PAGE: Final = 1_000


async def keep_exporting(database: Database, sealer: Sealer, every_s: float) -> None:
    """Rests, then makes what waits; whatever fails is tried again by whoever keeps background jobs running."""
    while True:
        await asyncio.sleep(every_s)
        while await make_some(database, sealer):
            pass
        await forget_some(database)


async def make_some(database: Database, sealer: Sealer, page: int = _PAGE) -> bool:
    """Makes a page of one export, or lists what is in it; False when nothing waits, another process makes one, or the
    tree moves."""
    async with database.work(Scope.everything()) as work:
        mine = await turns.mine(work.raw, _EXPORT_LOCK)
        export = await exports.take_next(work) if mine else None
        if export is None:
            return False
        try:
            stop = Stop.OFFICE_ENDED if await exports.office_ended(work, export) else None
            if stop is None:
                await _go_on(work, sealer, export, page)
        except Unsealable:
            # No other try would open it, and those behind it wait.
            log.exception("an export was stopped", extra={"fields": {"export": str(export.id)}})
            stop = Stop.KEY_GONE
        if stop is not None:
            await exports.save(work, replace(export, state=State.STOPPED, stop=stop))
            _tell(work, export, State.STOPPED)
        return True


async def forget_some(database: Database) -> int:
    """Removes exports whose days are over; gives how many."""
    async with database.work(Scope.everything()) as work:
        return await exports.forget_over(work)


async def _go_on(work: Work, sealer: Sealer, export: Export, page: int) -> None:
    # The rows are read under the wall of the export's own unit.
    await work.set_scope(Scope.subtree(export.path))
    made = export
    if export.listed_at is None:
        await exports.list_records(work, export, page)
        made = replace(export, state=State.MAKING, rows=0, parts=0, listed_at=work.now)
    elif (ids := await exports.next_part(work, export)) is not None:
        rows = await read_listed(work.raw, export, ids)
        await exports.fill_part(work, sealer, export, rows)
        made = replace(export, rows=export.rows + len(rows), parts=export.parts + 1)
    if await exports.next_part(work, made) is None:
        made = replace(made, state=State.READY, ready_at=work.now)
        await append(work, _entry(made))
        _tell(work, made, State.READY)
    await exports.save(work, made)


def _tell(work: Work, export: Export, state: State) -> None:
    event = ExportEnded(
        export_id=export.id,
        unit_id=export.unit_id,
        person_id=export.asked_by,
        state=state.value,
        expires_at=export.expires_at,
    )
    work.publish(event, path=export.path)


def _entry(export: Export) -> Entry:
    return Entry(
        MADE,
        "done",
        person_id=export.asked_by,
        appointment_id=export.appointment_id,
        path=export.path,
        detail={"export_id": str(export.id), "rows": export.rows},
        office=export.office,
        unit_id=export.unit_id,
        purpose=export.purpose,
    )
