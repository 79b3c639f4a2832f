"""Workers on record by id, within a scope."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_registry.queries.list_workers import COLUMNS, WHOLE

_FIND = f"SELECT {WHOLE} FROM workers WHERE id = $1 AND path >= $2 AND path < $3 AND status = 'active'"  # noqa: S608
_FIND_ALL = _FIND.replace(WHOLE, COLUMNS).replace("id = $1", "id = ANY($1)")


async def find_active_worker(connection: Connection, scope: Scope, worker_id: UUID) -> Sequence[asyncpg.Record]:
    """The worker as a list of one, or of none."""
    return await connection.fetch(_FIND, worker_id, scope.lo, scope.hi)


async def find_active_workers(
    connection: Connection, scope: Scope, worker_ids: Sequence[UUID]
) -> Sequence[asyncpg.Record]:
    """Those of the workers who are there, in the order in which they are named."""
    found = {row["id"]: row for row in await connection.fetch(_FIND_ALL, worker_ids, scope.lo, scope.hi)}
    return [found[worker_id] for worker_id in worker_ids if worker_id in found]
