"""Pairs of records that may tell of one person, newest first, within the scope; both records stand beside them."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_registry.queries.list_workers import WHOLE

_PAIRS = """
SELECT d.id, d.one, d.other, d.evidence::text AS evidence, d.found_at, d.status, d.kept, d.decided_by, d.decided_at,
    d.undone_by, d.undone_at FROM duplicates d
WHERE d.path >= $1 AND d.path < $2 AND d.status = $3 AND ($4::uuid IS NULL OR d.id < $4)
    AND ($3 <> 'open' OR 2 = (SELECT count(*) FROM workers w WHERE w.id IN (d.one, d.other) AND w.status = 'active'))
ORDER BY d.id DESC LIMIT $5
"""
_ONE = """
SELECT d.id, d.one, d.other, d.evidence::text AS evidence, d.found_at, d.status, d.kept, d.decided_by, d.decided_at,
    d.undone_by, d.undone_at FROM duplicates d WHERE d.id = $1 AND d.path >= $2 AND d.path < $3
"""
_BOTH = f"SELECT {WHOLE} FROM workers WHERE id = ANY($1) AND path >= $2 AND path < $3"  # noqa: S608 - constants.


async def list_duplicates(
    connection: Connection, scope: Scope, *, status: str, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Up to ``limit`` pairs and one more; open ones only while both records are on record."""
    return list(await connection.fetch(_PAIRS, scope.lo, scope.hi, status, before, limit + 1))


async def find_duplicate(connection: Connection, scope: Scope, duplicate_id: UUID) -> asyncpg.Record | None:
    """One pair."""
    return await connection.fetchrow(_ONE, duplicate_id, scope.lo, scope.hi)


async def records_of(
    connection: Connection, scope: Scope, pairs: Sequence[asyncpg.Record]
) -> dict[UUID, asyncpg.Record]:
    """The records of these pairs by id."""
    ids = [pair[side] for pair in pairs for side in ("one", "other")]
    return {row["id"]: row for row in await connection.fetch(_BOTH, ids, scope.lo, scope.hi)}
