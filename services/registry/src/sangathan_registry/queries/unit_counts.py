"""How many workers a unit has, and each unit right below it: what was folded plus what still waits, in one snapshot."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope

# The offset keeps the range outside: taken in, a plan for any range would read the range from end to end.
COUNTS = """
SELECT u.unit_id, u.parent_id, u.level, u.name_hi, u.name_en,
    coalesce((SELECT c.workers FROM unit_counts c WHERE c.path = u.path), 0)
    + coalesce((SELECT sum(d.delta) FROM count_deltas d
        WHERE d.path >= u.path AND d.path < rtrim(u.path, '.') || '/'), 0) AS workers
FROM (
    SELECT * FROM unit_replica WHERE unit_id = $1
    UNION ALL SELECT * FROM unit_replica WHERE parent_id = $1 AND closed_at IS NULL
    OFFSET 0
) AS u
WHERE u.path >= $2 AND u.path < $3 ORDER BY u.path
"""


@dataclass(frozen=True, slots=True)
class UnitCount:
    """A unit and the workers on record in it and below."""

    unit_id: UUID
    level: str
    name_hi: str
    name_en: str
    workers: int


async def get_unit_counts(connection: Connection, scope: Scope, unit_id: UUID) -> tuple[UnitCount, list[UnitCount]]:
    """The unit's number and those right below it; raises a not-found refusal outside the scope."""
    rows = await connection.fetch(COUNTS, unit_id, scope.lo, scope.hi)
    counts = {
        row["unit_id"]: UnitCount(row["unit_id"], row["level"], row["name_hi"], row["name_en"], int(row["workers"]))
        for row in rows
    }
    if unit_id not in counts:
        raise Refusal(NOT_FOUND)
    return counts.pop(unit_id), list(counts.values())
