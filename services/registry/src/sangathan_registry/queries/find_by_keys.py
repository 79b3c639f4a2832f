"""Workers whose names share a key with the one looked for: an equality on an index, in any scope, behind the wall."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_registry.queries.list_workers import COLUMNS

MOST = 500
"""How many are weighed; those that share most keys come first, so that a second word of a name narrows the choice."""

_FIND = f"""
WITH near AS (
    SELECT worker_id FROM worker_keys WHERE key = ANY($1) AND path >= $2 AND path < $3
    GROUP BY worker_id ORDER BY count(*) DESC, worker_id LIMIT {MOST}
)
SELECT {COLUMNS} FROM near JOIN workers ON workers.id = near.worker_id
WHERE path >= $2 AND path < $3 AND status = 'active' AND ($4::uuid IS NULL OR captured_by = $4)
"""  # noqa: S608 - constants.


async def find_by_keys(
    connection: Connection, scope: Scope, keys: Sequence[str], *, captured_by: UUID | None
) -> Sequence[asyncpg.Record]:
    """Up to 500 workers on record, in no order."""
    return await connection.fetch(_FIND, keys, scope.lo, scope.hi, captured_by)
