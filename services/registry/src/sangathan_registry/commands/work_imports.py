"""The job that works imports off, some hundred rows in a transaction, and goes on where another has stopped."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Database, Work
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_hierarchy.ddl import TREE_LOCK
from sangathan_registry.commands import import_rows
from sangathan_registry.commands.import_file import FONTS, FileRow, open_file
from sangathan_registry.domain.import_rows import Reading, RowReader
from sangathan_registry.domain.import_units import UnitIndex
from sangathan_registry.domain.imports import AT_ONCE, Import, State, Stop
from sangathan_registry.domain.particulars import PhoneReader
from sangathan_registry.queries.imports import tree_version, unit_index
from sangathan_registry.queries.units import find_places
from sangathan_registry.store import imports

FILE_KEPT_FOR: Final = timedelta(hours=48)
"""An import that is not worked off by then is stopped, so that no file outlives its purpose."""
_TREE: Final = f"SELECT pg_advisory_xact_lock_shared({TREE_LOCK})"


@dataclass(slots=True)
class _Opened:
    reader: RowReader
    rows: Sequence[FileRow]
    index: UnitIndex | None = None
    tree: int = -1
    path: str = ""


class Importer:
    """Keeps the files that it works on open, and nothing that another process would need."""

    def __init__(self, database: Database, sealer: Sealer, read_phone: PhoneReader, *, at_once: int = AT_ONCE) -> None:
        self._database = database
        self._sealer = sealer
        self._read_phone = read_phone
        self._at_once = at_once
        self._open: dict[UUID, _Opened] = {}

    async def keep_working(self, every_s: float) -> None:
        """Rests, then works what waits; whatever fails is tried again by whoever keeps background jobs running."""
        while True:
            await asyncio.sleep(every_s)
            while await self.work_some():
                pass

    async def work_some(self) -> int:
        """A batch of every import that waits; gives how many rows that were."""
        async with self._database.read(Scope.everything()) as read:
            waiting = await imports.all_waiting(read)
        ids = {row["id"] for row in waiting}
        self._open = {import_id: one for import_id, one in self._open.items() if import_id in ids}
        worked, failed = 0, None
        for row in waiting:
            # One import that cannot be worked keeps no other from it.
            try:
                worked += await self._batch(row["id"], Scope.subtree(row["path"]))
            except Exception as error:  # noqa: BLE001 - raised again when all have had their turn.
                failed = error
        if failed is not None:
            raise failed
        return worked

    async def _batch(self, import_id: UUID, scope: Scope) -> int:
        async with self._database.work(scope, guard=_TREE) as work:
            found = await imports.lock(work, self._sealer, import_id)
            if found is None:
                return 0
            import_, reading = found
            if stop := await self._stop(work, import_):
                await imports.end(work, import_id, State.STOPPED, stop)
                return 0
            opened = await self._opened(work, import_, reading)
            rows = opened.rows[import_.worked : import_.worked + self._at_once]
            index = await self._index(work, import_, opened)
            read = await import_rows.read(opened.reader, index, rows, work.now)
            sorted_ = await import_rows.sort(work, self._sealer, import_.unit_id, read)
            await imports.advance(work, import_id, await import_rows.put(work, self._sealer, import_, sorted_))
        return len(rows)

    async def _stop(self, work: Work, import_: Import) -> Stop | None:
        if work.now > import_.created_at + FILE_KEPT_FOR:
            return Stop.TOO_LATE
        place = (await find_places(work.raw, work.scope, [import_.unit_id])).get(import_.unit_id)
        if place is None or place.closed:
            return Stop.UNIT_CLOSED
        stands = await imports.appointment_stands(work, import_.appointment_id)
        return None if stands else Stop.OFFICE_ENDED

    async def _opened(self, work: Work, import_: Import, reading: Reading) -> _Opened:
        if import_.id not in self._open:
            data = await imports.file_of(work, self._sealer, import_.id)
            file = await asyncio.to_thread(open_file, data)
            self._open[import_.id] = _Opened(RowReader(reading, FONTS, self._read_phone), file.rows)
        return self._open[import_.id]

    async def _index(self, work: Work, import_: Import, opened: _Opened) -> UnitIndex:
        """The units as they are now: read again when the tree has changed since."""
        now = await tree_version(work.raw)
        if opened.index is None or (opened.tree, opened.path) != (now, import_.path):
            opened.index = await unit_index(work.raw, work.scope, import_.path)
            opened.tree, opened.path = now, import_.path
        return opened.index


async def forget_imports(database: Database, kept_for: timedelta) -> int:
    """Forgets what became of rows of imports that ended so long ago; gives how many imports."""
    async with database.work(Scope.everything()) as work:
        return await imports.forget(work, work.now - kept_for)


async def keep_forgetting_imports(database: Database, kept_for: timedelta) -> None:
    """Looks once an hour."""
    while True:
        await asyncio.sleep(3600.0)
        await forget_imports(database, kept_for)
