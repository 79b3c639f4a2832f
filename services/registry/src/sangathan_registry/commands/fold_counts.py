"""The job that folds counters: often, in the background, in one process at a time."""

import asyncio

from sangathan_chassis.database import Database
from sangathan_chassis.scope import Scope
from sangathan_registry.store import confirmation_counts, drives
from sangathan_registry.store.counts import fold


async def keep_folding(database: Database, every_s: float) -> None:
    """Rests, then folds what waits; whatever fails is tried again by whoever keeps background jobs running."""
    folded = 0
    while True:
        if folded == 0:
            await asyncio.sleep(every_s)
        async with database.work(Scope.everything()) as work:
            folded = await fold(work)
        async with database.work(Scope.everything()) as work:
            folded += await drives.fold(work)
        async with database.work(Scope.everything()) as work:
            folded += await confirmation_counts.fold(work)
