"""What was opened by breaking the glass, newest first: of records in the scope, and by openers in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_registry.domain.break_glass import Holder

_COLUMNS = """
id, worker_id, unit_id, path, opened_by, appointment_id, office, opener_unit_id, opener_path, reason, opened_at,
expires_at, ended_at, ended_by, uses, last_used_at, told, review_due_at, reviewed_at, reviewed_by, verdict, note
"""
_IN_SIGHT = "((path >= $1 AND path < $2) OR (opener_path >= $1 AND opener_path < $2))"
_LIST = f"""
SELECT {_COLUMNS} FROM break_glass_openings WHERE {_IN_SIGHT} AND ($3::uuid IS NULL OR id < $3)
    AND (NOT $4 OR reviewed_at IS NULL) ORDER BY id DESC LIMIT $5
"""  # noqa: S608 - constants.
_ONE = f"SELECT {_COLUMNS} FROM break_glass_openings WHERE {_IN_SIGHT} AND id = $3"  # noqa: S608 - constants.
_HOLDERS = """
SELECT a.person_id, a.office, u.path FROM unit_replica u JOIN appointment_replica a ON a.unit_id = u.unit_id
WHERE u.path = ANY($1) AND a.delegated_from IS NULL AND a.ended_at IS NULL AND a.valid_from <= $2
    AND (a.valid_to IS NULL OR a.valid_to > $2)
"""


@dataclass(frozen=True, slots=True)
class ListOpenings:
    """Which openings."""

    scope: Scope
    before: UUID | None
    unreviewed: bool
    limit: int


async def list_openings(connection: Connection, query: ListOpenings) -> Sequence[asyncpg.Record]:
    """Up to ``limit`` openings and one more."""
    scope = query.scope
    return await connection.fetch(_LIST, scope.lo, scope.hi, query.before, query.unreviewed, query.limit + 1)


async def find_opening(connection: Connection, scope: Scope, opening_id: UUID) -> asyncpg.Record | None:
    """One opening."""
    return await connection.fetchrow(_ONE, scope.lo, scope.hi, opening_id)


async def holders_at(connection: Connection, paths: Sequence[str], now: datetime) -> list[Holder]:
    """Who holds an office in their own right at these units."""
    rows = await connection.fetch(_HOLDERS, list(paths), now)
    return [Holder(row["person_id"], row["office"], row["path"]) for row in rows]
