"""What was flagged in a drive, unit by unit within the scope, and how much of it is open, without counting."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope

_LIST = """
SELECT id, drive_id, rule, about, subject_id, record_id, unit_id, path, day, seen, allowed, found_at, finding, reason,
    decided_by, decided_at FROM drive_flags
WHERE drive_id = $1 AND path >= $2 AND path < $3 AND ($4::text IS NULL OR rule = $4)
    AND ($5 OR finding IS NULL OR finding = 'look-into-it')
    AND ($6::text IS NULL OR (path, id) > ($6, $7)) ORDER BY path, id LIMIT $8
"""
# A closed unit is among them while it has numbers, so that what lies below adds up to the unit.
_COUNTS = """
SELECT u.unit_id, u.level, u.name_hi, u.name_en, u.closed_at IS NOT NULL AS closed,
    coalesce(sum(n.flagged), 0)::bigint AS flagged, coalesce(sum(n.settled), 0)::bigint AS settled
FROM unit_replica u LEFT JOIN LATERAL (
    SELECT flagged, settled FROM drive_counts c WHERE c.drive_id = $4 AND c.path = u.path
    UNION ALL
    SELECT flagged, settled FROM drive_deltas w
    WHERE w.drive_id = $4 AND w.path >= u.path AND w.path < rtrim(u.path, '.') || '/'
) AS n ON true
WHERE (u.unit_id = $1 OR u.parent_id = $1) AND u.path >= $2 AND u.path < $3
GROUP BY u.unit_id, u.level, u.name_hi, u.name_en, u.path, u.closed_at
HAVING u.closed_at IS NULL OR u.unit_id = $1 OR sum(n.flagged) > 0 ORDER BY u.path
"""


@dataclass(frozen=True, slots=True)
class FlagFilter:
    """Which flags: of one rule or of all, those that are settled as well or open ones only."""

    rule: str | None
    settled: bool


async def list_flags(
    connection: Connection,
    scope: Scope,
    drive_id: UUID,
    wanted: FlagFilter,
    *,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Up to ``limit`` flags and one more, by unit."""
    end = after or (None, None)
    rows = await connection.fetch(_LIST, drive_id, scope.lo, scope.hi, wanted.rule, wanted.settled, *end, limit + 1)
    return list(rows)


async def count_flags(connection: Connection, scope: Scope, drive_id: UUID, unit_id: UUID) -> list[asyncpg.Record]:
    """The numbers of the unit and of those right below it; refuses a unit outside the scope."""
    rows = await connection.fetch(_COUNTS, unit_id, scope.lo, scope.hi, drive_id)
    if not any(row["unit_id"] == unit_id for row in rows):
        raise Refusal(NOT_FOUND)
    return list(rows)
