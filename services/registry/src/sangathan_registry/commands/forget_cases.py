"""The job that forgets cases long decided: they tell of people who never agreed to be on record."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Database
from sangathan_chassis.scope import Scope
from sangathan_registry.commands.evidence_files import EvidenceFiles
from sangathan_registry.store import case_evidence, cases

_EVERY_S: Final = 3600.0
_AT_ONCE: Final = 500


async def keep_forgetting(database: Database, files: EvidenceFiles, kept_for: timedelta) -> None:
    """Looks once an hour; whatever fails is tried again by whoever keeps background jobs running."""
    while True:
        await asyncio.sleep(_EVERY_S)
        while await forget_some(database, kept_for):
            pass
        await sweep_files(database, files)


async def forget_some(database: Database, kept_for: timedelta) -> int:
    """Forgets what was claimed, noted, stated and added in up to 500 cases; gives how many they were."""
    async with database.work(Scope.everything()) as work:
        return await cases.forget_decided(work, work.now - kept_for, _AT_ONCE)


async def sweep_files(database: Database, files: EvidenceFiles) -> None:
    """Removes the files that have no row."""
    found = await asyncio.to_thread(files.settled)
    for start in range(0, len(found), _AT_ONCE):
        some: Sequence[UUID] = found[start : start + _AT_ONCE]
        async with database.read(Scope.everything()) as read:
            known = await case_evidence.with_rows(read, some)
        for evidence_id in set(some) - known:
            await asyncio.to_thread(files.remove, evidence_id)
