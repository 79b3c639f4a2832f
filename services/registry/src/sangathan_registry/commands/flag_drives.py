"""The job that flags what only shows beside other records: at leisure, so that it takes nothing from what comes in."""

import asyncio
from time import monotonic
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Database
from sangathan_chassis.scope import Scope
from sangathan_registry.commands.give_way import Intake
from sangathan_registry.store import flag_rules, turns

_FLAG_LOCK = 7_305_131
_ASK_LOCK = 7_305_132
_AT_ONCE: Final = 50
_ASKED_AT_ONCE: Final = 1_000
_ASK_EVERY_S: Final = 6 * 3600.0
_RESTS: Final = 3.0
"""How long it rests after work, as a multiple of the time that the work took."""


async def keep_flagging(database: Database, every_s: float, intake: Intake) -> None:
    """Rests, then takes what waits; whatever fails is tried again by whoever keeps background jobs running."""
    while True:
        await asyncio.sleep(every_s)
        taken = _AT_ONCE
        while taken:
            began = monotonic()
            taken = await flag_some(database)
            await intake.give_way(monotonic() - began)


async def keep_asking(database: Database) -> None:
    """Goes four times a day through all that drives captured, for consents that their people have not confirmed."""
    while True:
        await asyncio.sleep(_ASK_EVERY_S)
        after: UUID | None = UUID(int=0)
        while after is not None:
            began = monotonic()
            after = await flag_unconfirmed(database, after)
            await asyncio.sleep(_RESTS * (monotonic() - began))


async def flag_unconfirmed(database: Database, after: UUID) -> UUID | None:
    """Looks at the next thousand captures; gives the last, or None at the end or while another process is at it."""
    async with database.work(Scope.everything()) as work:
        mine = await turns.mine(work.raw, _ASK_LOCK)
        return await flag_rules.flag_unconfirmed(work, after, _ASKED_AT_ONCE) if mine else None


async def flag_some(database: Database) -> int:
    """Looks at what up to 50 batches brought; gives how many, or 0 while another process does or the tree moves."""
    async with database.work(Scope.everything()) as work:
        mine = await turns.mine(work.raw, _FLAG_LOCK)
        batches = await flag_rules.take(work.raw, _AT_ONCE) if mine else []
        if batches:
            await flag_rules.flag(work, batches)
    return len(batches)
