"""One worker on record by id, within a scope."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_registry.queries.list_workers import COLUMNS

_FIND = f"SELECT {COLUMNS} FROM workers WHERE id = $1 AND path >= $2 AND path < $3 AND status = 'active'"  # noqa: S608


async def find_active_worker(connection: Connection, scope: Scope, worker_id: UUID) -> Sequence[asyncpg.Record]:
    """The worker as a list of one, or of none."""
    return await connection.fetch(_FIND, worker_id, scope.lo, scope.hi)
