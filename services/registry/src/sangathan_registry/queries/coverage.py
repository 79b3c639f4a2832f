"""How far a drive has come at a unit and right below it, day by day: folded and waiting, in one snapshot."""

from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_registry.domain.drive import NO_DAY

NUMBERS: Final = (
    *("target", "booths", "begun", "finished", "accepted", "active", "rejected", "waiting", "flagged", "settled"),
)
_SUMS: Final = ", ".join(f"coalesce(sum(n.{n}), 0)::bigint AS {n}" for n in NUMBERS)
_LISTED: Final = ", ".join(NUMBERS)
_DAYS: Final = "(day = $5 OR day BETWEEN $6 AND $7)"
# A closed unit is there as long as it has numbers, so that what lies below adds up to the unit.
_COVERAGE: Final = f"""
SELECT u.unit_id, u.level, u.name_hi, u.name_en, u.closed_at IS NOT NULL AS closed, n.day, {_SUMS}
FROM unit_replica u LEFT JOIN LATERAL (
    SELECT day, {_LISTED} FROM drive_counts c WHERE c.drive_id = $4 AND c.path = u.path AND {_DAYS}
    UNION ALL
    SELECT day, {_LISTED} FROM drive_deltas w
    WHERE w.drive_id = $4 AND w.path >= u.path AND w.path < rtrim(u.path, '.') || '/' AND {_DAYS}
) AS n ON true
WHERE (u.unit_id = $1 OR u.parent_id = $1) AND u.path >= $2 AND u.path < $3
    AND (u.closed_at IS NULL OR u.unit_id = $1 OR n.day IS NOT NULL)
GROUP BY u.unit_id, u.level, u.name_hi, u.name_en, u.path, u.closed_at, n.day ORDER BY u.path, n.day
"""  # noqa: S608 - constants of this module.


async def coverage(
    connection: Connection, scope: Scope, drive_id: UUID, unit_id: UUID, *, days: tuple[date, date]
) -> list[asyncpg.Record]:
    """A row per unit and day with numbers, and one for what belongs to no day; refuses a unit outside the scope."""
    rows = await connection.fetch(_COVERAGE, unit_id, scope.lo, scope.hi, drive_id, NO_DAY, *days)
    if not any(row["unit_id"] == unit_id for row in rows):
        raise Refusal(NOT_FOUND)
    return list(rows)
