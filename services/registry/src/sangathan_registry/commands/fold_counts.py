"""The job that folds counters: often, in the background, in one process at a time."""

import asyncio

from sangathan_chassis.database import Database
from sangathan_chassis.scope import Scope
from sangathan_registry.store import confirmation_counts, drives, grievance_counts
from sangathan_registry.store.counts import AT_ONCE, fold


async def keep_folding(database: Database, every_s: float) -> None:
    """Rests, then folds what waits; whatever fails is tried again by whoever keeps background jobs running.

    Without the rest a rush would be folded a few rows at a time, each of which changes every number above its unit.
    """
    folded = 0
    while True:
        if folded < AT_ONCE:
            await asyncio.sleep(every_s)
        async with database.work(Scope.everything()) as work:
            folded = await fold(work)
        async with database.work(Scope.everything()) as work:
            folded += await drives.fold(work)
        async with database.work(Scope.everything()) as work:
            folded += await confirmation_counts.fold(work)
        async with database.work(Scope.everything()) as work:
            folded += await grievance_counts.fold(work)
