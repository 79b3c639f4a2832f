"""Seals everything anew that an earlier key, or an earlier release, has sealed: rows and evidence files."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Database
from sangathan_chassis.resealing import Progress
from sangathan_chassis.resealing_command import column_steps, reseal_all, unrenewed_columns
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_registry.commands.evidence_files import EvidenceFiles
from sangathan_registry.store import resealing

_AT_ONCE: Final = 500
_FILES: Final = "evidence files"


async def handle(database: Database, sealer: Sealer, evidence: EvidenceFiles) -> int:
    """Renews every seal, showing how far it is; gives how many cannot be renewed."""
    unopened = 0

    async def files() -> AsyncIterator[Progress]:
        nonlocal unopened
        done = 0
        for opened in await asyncio.to_thread(lambda: list(evidence.renew())):
            unopened += not opened
            done += opened
        if done:
            yield Progress(done, done)

    async def remaining() -> AsyncIterator[tuple[str, int]]:
        async for column in unrenewed_columns(database, sealer, resealing.SEALED):
            yield column
        yield _FILES, unopened

    steps: Mapping[str, AsyncIterator[Progress]] = {
        "fields of an earlier release": _take_in(database, sealer),
        **column_steps(database, sealer, resealing.SEALED),
        _FILES: files(),
    }
    return await reseal_all(steps, remaining)


async def _take_in(database: Database, sealer: Sealer) -> AsyncIterator[Progress]:
    async with database.work(Scope.everything()) as work:
        total = await resealing.unmoved(work)
    done, last = 0, UUID(int=0)
    while done < total:
        async with database.work(Scope.everything()) as work:
            ids = await resealing.take_in_some(work, sealer, last, _AT_ONCE)
        if not ids:
            return
        done, last = done + len(ids), ids[-1]
        yield Progress(done, total)
