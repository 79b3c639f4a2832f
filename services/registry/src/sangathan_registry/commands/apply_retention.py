"""The job that applies the retention rules every night, in small batches, each with its number on the audit trail."""

import asyncio
from datetime import timedelta
from typing import Final

import msgspec

from sangathan_chassis.audit import Entry, append
from sangathan_chassis.database import Database, Work
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer, Unsealable
from sangathan_registry.domain.drive import INDIA
from sangathan_registry.domain.retention import Retention, Rule
from sangathan_registry.store import retention, sealed

APPLIED: Final = "retention.apply"
"""The trail's word for what the job does; nobody may ask for it."""

_LOOK_EVERY_S: Final = 600.0
_NIGHT: Final = range(1, 5)
_AT_ONCE: Final = 1_000
_PLACES: Final = "drive-places"


async def keep_retaining(database: Database, sealer: Sealer, rules: Retention) -> None:
    """Looks every ten minutes whether it is night in India and nobody has been at it."""
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        await apply_at_night(database, sealer, rules)


async def apply_at_night(database: Database, sealer: Sealer, rules: Retention) -> bool:
    """Applies every rule, once a night, in whichever process comes first; gives whether it was this one."""
    async with database.work(Scope.everything()) as work:
        now = work.now.astimezone(INDIA)
        mine = now.hour in _NIGHT and await retention.begin(work, now.date())
    if mine:
        for rule in rules.applied:
            while await apply_some(database, sealer, rule) == _AT_ONCE:
                pass
    return mine


async def apply_some(database: Database, sealer: Sealer, rule: Rule) -> int:
    """Applies the rule to up to a thousand rows; gives how many they were, which stands on the trail."""
    async with database.work(Scope.everything()) as work:
        before = work.now - timedelta(days=rule.after_days)
        if rule.code == _PLACES:
            done = await _take_places(work, sealer, rule)
        else:
            done = await retention.apply(work, rule.code, before, _AT_ONCE)
        if done:
            unit_id, path = await retention.top(work)
            detail = {"rule": rule.code, "rows": done, "before": before.isoformat()}
            await append(work, Entry(APPLIED, "done", unit_id=unit_id, path=path, detail=detail))
    return done


async def _take_places(work: Work, sealer: Sealer, rule: Rule) -> int:
    """A place stands under one seal with the answers, which stay."""
    rows = await retention.located(work, work.now - timedelta(days=rule.after_days), _AT_ONCE)
    if rows:
        await retention.reseal(work, [(row["record_id"], _without_place(sealer, row["sealed"])) for row in rows])
    return len(rows)


def _without_place(sealer: Sealer, content: bytes | None) -> bytes | None:
    if content is None:
        return None
    try:
        kept = msgspec.json.decode(sealed.open_content(sealer, content), type=dict[str, msgspec.Raw])
    except Unsealable:
        # Its key is gone, and with it the place.
        return content
    kept.pop("evidence", None)
    return sealed.seal_content(sealer, msgspec.json.encode(kept).decode()) if kept else None
