"""Imports within a scope: a page of them, one, its rows, and the units that its rows may name."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.import_units import KnownUnit, UnitIndex
from sangathan_registry.domain.units_above import above
from sangathan_registry.store.imports import open_row

_COLUMNS: Final = (
    "id, unit_id, asked_by, office, basis, collected_on, state, stop, rows, worked, accepted, already_there, rejected,"
    " needs_review, created_at, changed_at, ended_at"
)
_PAGE: Final = f"""
SELECT {_COLUMNS} FROM worker_imports WHERE path >= $1 AND path < $2 AND ($3::uuid IS NULL OR id < $3)
ORDER BY id DESC LIMIT $4
"""  # noqa: S608 - constants.
_ONE: Final = f"SELECT {_COLUMNS} FROM worker_imports WHERE id = $1 AND path >= $2 AND path < $3"  # noqa: S608
_ROWS: Final = """
SELECT line, outcome, reason, worker_id, sealed FROM worker_import_rows
WHERE import_id = $1 AND line > $2 AND ($3::text[] IS NULL OR outcome = ANY($3)) AND path >= $4 AND path < $5
ORDER BY line LIMIT $6
"""
_UNITS: Final = """
SELECT unit_id, path, level, name_hi, name_en FROM unit_replica
WHERE (path >= $1 AND path < $2 OR path = ANY($3)) AND closed_at IS NULL
"""
_HOLDERS: Final = """
SELECT r.line, r.sealed AS said, w.id, w.name_hi, w.name_en, w.relation_name, w.phone, w.sealed,
    w.path AS worker_path FROM worker_import_rows r
JOIN workers w ON w.id = r.worker_id AND w.status = 'active'
WHERE r.import_id = $1 AND r.path >= $2 AND r.path < $3 AND w.path >= $2 AND w.path < $3
    AND r.outcome IN ('accepted', 'already-there') AND r.sealed IS NOT NULL
ORDER BY r.line
"""


async def list_imports(
    connection: Connection, scope: Scope, *, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Up to ``limit`` imports and one more, newest first."""
    return list(await connection.fetch(_PAGE, scope.lo, scope.hi, before, limit + 1))


async def get_import(connection: Connection, scope: Scope, import_id: UUID) -> asyncpg.Record:
    """One import; raises a not-found refusal."""
    row = await connection.fetchrow(_ONE, import_id, scope.lo, scope.hi)
    if row is None:
        raise Refusal(NOT_FOUND)
    return row


async def list_rows(
    connection: Connection,
    scope: Scope,
    import_id: UUID,
    *,
    after: int = 0,
    outcomes: Sequence[str] | None = None,
    limit: int,
) -> list[asyncpg.Record]:
    """Up to ``limit`` rows of an import and one more, by line."""
    return list(await connection.fetch(_ROWS, import_id, after, outcomes, scope.lo, scope.hi, limit + 1))


async def office_holders(connection: Connection, scope: Scope, import_id: UUID) -> list[asyncpg.Record]:
    """The rows of an import that name an office, with the records that they have become, as these stand now."""
    return list(await connection.fetch(_HOLDERS, import_id, scope.lo, scope.hi))


async def unit_index(connection: Connection, scope: Scope, path: str) -> UnitIndex:
    """What rows of a list for this unit may name: the open units at and beneath it, and those above to compare with."""
    within = scope.narrowed(path)
    rows = await connection.fetch(_UNITS, within.lo, within.hi, above(path))
    units = (KnownUnit(row["unit_id"], row["path"], row["level"], (row["name_hi"], row["name_en"])) for row in rows)
    return await asyncio.to_thread(UnitIndex, path, units)


async def tree_version(connection: Connection) -> int:
    """Which version of the tree the replica holds."""
    return int(await connection.fetchval("SELECT tree_version FROM replica_state") or 0)


def content_of_row(sealer: Sealer, import_id: UUID, row: asyncpg.Record) -> dict[str, Any]:
    """What is kept of a row; nothing when nothing is."""
    return open_row(sealer, import_id, row["sealed"]) if row["sealed"] else {}


def said_in_row(sealer: Sealer, import_id: UUID, row: asyncpg.Record) -> dict[str, Any]:
    """The office that a row of `office_holders` names."""
    return open_row(sealer, import_id, row["said"])
