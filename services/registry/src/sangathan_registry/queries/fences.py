"""The fences of units within the scope, in the order of paths, and units by their paths."""

from collections.abc import Sequence

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_registry.domain.worker import Place, UnitId

_LIST = """
SELECT unit_id, path, latitude, longitude, radius_m, ring, changed_at FROM unit_fences
WHERE path >= $1 AND path < $2 AND ($3::text IS NULL OR path > $3) ORDER BY path LIMIT $4
"""
_PLACES = (
    "SELECT unit_id, path, level, closed_at IS NOT NULL AS closed FROM unit_replica"
    " WHERE path = ANY($1) AND path >= $2 AND path < $3 ORDER BY closed_at NULLS LAST"
)


async def list_fences(connection: Connection, scope: Scope, after: str | None, limit: int) -> list[asyncpg.Record]:
    """Up to ``limit`` fences and one more."""
    return list(await connection.fetch(_LIST, scope.lo, scope.hi, after, limit + 1))


async def places_at(connection: Connection, scope: Scope, paths: Sequence[str]) -> dict[str, Place]:
    """The units at these paths, as far as they lie inside the scope; an open one before those that were closed."""
    found: dict[str, Place] = {}
    for row in await connection.fetch(_PLACES, paths, scope.lo, scope.hi):
        found.setdefault(row["path"], Place(UnitId(row["unit_id"]), row["path"], row["closed"], row["level"]))
    return found
