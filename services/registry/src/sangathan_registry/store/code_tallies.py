"""How many codes have gone out on a day because somebody asked: each costs money, and anybody may ask for one."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_registry.domain.confirmations import Caps
from sangathan_registry.domain.drive import day_of

_ALL: Final = UUID(int=0)
"""Stands for every unit together."""
_LOCK: Final = """
INSERT INTO code_tallies AS t (day, unit_id, sent) VALUES ($1, $2, 0)
ON CONFLICT (day, unit_id) DO UPDATE SET sent = t.sent RETURNING sent
"""
_TAKE: Final = """
INSERT INTO code_tallies AS t (day, unit_id, sent) SELECT $1, unit_id, 1 FROM workers WHERE id = $2
ON CONFLICT (day, unit_id) DO UPDATE SET sent = t.sent + 1 WHERE $3 = 0 OR t.sent < $3 RETURNING sent
"""
# Few are, so that the rows above are written at once, and read by their key.
_HELD_BACK: Final = """
WITH RECURSIVE above (unit_id, parent_id) AS (
    SELECT u.unit_id, u.parent_id FROM workers w JOIN unit_replica u ON u.unit_id = w.unit_id WHERE w.id = $2
    UNION
    SELECT u.unit_id, u.parent_id FROM above a JOIN unit_replica u ON u.unit_id = a.parent_id
)
INSERT INTO code_tallies AS t (day, unit_id, sent, held_back) SELECT $1, unit_id, 0, 1 FROM above
ON CONFLICT (day, unit_id) DO UPDATE SET held_back = t.held_back + 1
"""
_KEPT: Final = timedelta(days=2)


async def take(work: Work, worker_id: UUID, caps: Caps) -> bool:
    """Counts one more code, to this record's person; False when the day's are used up, which is counted as well."""
    taken = await _taken(work, worker_id, caps)
    if not taken:
        await work.raw.execute(_HELD_BACK, day_of(work.now), worker_id)
    return taken


async def _taken(work: Work, worker_id: UUID, caps: Caps) -> bool:
    day = day_of(work.now)
    # Everybody's row first: two who count at once wait for each other, and never lock up.
    sent = await work.raw.fetchval(_LOCK, day, _ALL)
    if caps.per_day and sent >= caps.per_day:
        return False
    if await work.raw.fetchval(_TAKE, day, worker_id, caps.per_unit) is None:
        return False
    await work.raw.execute("UPDATE code_tallies SET sent = sent + 1 WHERE day = $1 AND unit_id = $2", day, _ALL)
    return True


async def sent_today(work: Work) -> int:
    """How many have gone out today in all."""
    statement = "SELECT sent FROM code_tallies WHERE day = $1 AND unit_id = $2"
    return int(await work.raw.fetchval(statement, day_of(work.now), _ALL) or 0)


async def forget(work: Work) -> None:
    """Drops what is counted no more."""
    await work.raw.execute("DELETE FROM code_tallies WHERE day < $1", day_of(work.now - _KEPT))
