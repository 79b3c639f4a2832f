"""Workers whose names share a key with the one looked for: equalities and short ranges on one index, in any scope.

In a state some keys are borne by a hundred thousand: of so common a key only the first few hundred in reach are read.
Whoever bears a rarer key is found however many bear the others, and is then asked for the common ones one by one, so
that a whole name stands before a part of it. The fewer bear a key, the more it weighs.
"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope

MOST = 300
"""How many are weighed: more than the longest page holds."""
COMMON = 500
"""How many of a key's bearers are read; a key that so many bear tells little by itself."""

IN_ORDER = "SET LOCAL enable_bitmapscan = off"
"""The planner knows how many bear a key on average, and would rather gather and sort that many than read in order."""
# What has a limit of its own is run for each row outside it, by the index; joined freely, one common key is read whole.
FIND = f"""
WITH borne AS MATERIALIZED (
    SELECT asked.key, bearer.path, bearer.worker_id FROM unnest($1::text[]) AS asked (key) CROSS JOIN LATERAL (
        SELECT path, worker_id FROM worker_keys WHERE key = asked.key AND path >= $2 AND path < $3
        ORDER BY path, worker_id LIMIT {COMMON}
    ) AS bearer
), keys AS MATERIALIZED (SELECT key, count(*) AS bearers FROM borne GROUP BY key),
borne_besides AS (
    SELECT common.key, rare.worker_id FROM keys AS common
    CROSS JOIN (SELECT DISTINCT path, worker_id FROM borne JOIN keys USING (key) WHERE bearers < {COMMON}) AS rare
    CROSS JOIN LATERAL (
        SELECT FROM worker_keys WHERE key = common.key AND path = rare.path AND worker_id = rare.worker_id LIMIT 1
    ) AS there
    WHERE common.bearers = {COMMON}
), near AS (
    SELECT worker_id, sum(1.0::float8 / bearers) AS weight
    FROM (SELECT key, worker_id FROM borne UNION SELECT key, worker_id FROM borne_besides) AS either
    JOIN keys USING (key) GROUP BY worker_id ORDER BY weight DESC, worker_id LIMIT {MOST}
)
SELECT worker.id, worker.name_hi, worker.name_en FROM near CROSS JOIN LATERAL (
    SELECT id, name_hi, name_en FROM workers
    WHERE id = near.worker_id AND path >= $2 AND path < $3 AND status = 'active'
        AND ($4::uuid IS NULL OR captured_by = $4) LIMIT 1
) AS worker ORDER BY near.weight DESC, worker.id
"""  # noqa: S608 - constants.


async def find_by_keys(
    connection: Connection, scope: Scope, keys: Sequence[str], *, captured_by: UUID | None
) -> Sequence[asyncpg.Record]:
    """Id and names of up to 300 workers on record, those with the rarest keys in common first."""
    await connection.execute(IN_ORDER)
    return await connection.fetch(FIND, keys, scope.lo, scope.hi, captured_by)
