"""A page of workers in the order of units and names: the hot path, straight on asyncpg.

The range is given twice, here and by row-level security, and both are bare comparisons on the index. From a cursor on,
the page begins at the cursor's own path, because a row comparison alone would let the scan begin at the unit's start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope

COLUMNS = (
    "id, unit_id, path, name_key, name_hi, name_en, relation_type, relation_name, gender, birth_year, phone, sealed,"
    " person_id, captured_by, captured_at, source, status, version, created_at, changed_at,"
    " merged_into"
)
WHOLE = f"{COLUMNS}, (SELECT number FROM cards WHERE worker_id = workers.id AND ended_at IS NULL) AS member_number"  # noqa: S608 - constants.
"""The same with the number of the card that is good, for a record that is shown by itself."""
_HEAD = f"SELECT {COLUMNS} FROM workers WHERE path >= $1 AND path < $2 AND status = $3"  # noqa: S608 - constants.
_TAIL = " ORDER BY path, name_key, id LIMIT $4"
_CAPTURED = " AND captured_by = $5"
_AFTER = " AND (path, name_key, id) > ($1, ${key}, ${id})"

FIRST = _HEAD + _TAIL
NEXT = _HEAD + _AFTER.format(key=5, id=6) + _TAIL
FIRST_CAPTURED = _HEAD + _CAPTURED + _TAIL
NEXT_CAPTURED = _HEAD + _CAPTURED + _AFTER.format(key=6, id=7) + _TAIL


@dataclass(frozen=True, slots=True)
class Position:
    """The last row of a page: its path below the scope's, which stays true when the unit moves, its key and its id."""

    below: str
    name_key: str
    id: UUID


@dataclass(frozen=True, slots=True)
class ListWorkers:
    """Which workers: those of a scope with a status, or of these only the ones that somebody captured."""

    scope: Scope
    status: str
    limit: int
    captured_by: UUID | None = None
    after: Position | None = None


async def list_workers(connection: Connection, query: ListWorkers) -> Sequence[asyncpg.Record]:
    """Up to ``limit`` rows and one more, which only says that there are more."""
    scope, after = query.scope, query.after
    start = scope.lo + after.below if after else scope.lo
    who = [query.captured_by] if query.captured_by else []
    arguments = [start, scope.hi, query.status, query.limit + 1, *who]
    if after is None:
        return await connection.fetch(FIRST_CAPTURED if who else FIRST, *arguments)
    return await connection.fetch(NEXT_CAPTURED if who else NEXT, *arguments, after.name_key, after.id)
