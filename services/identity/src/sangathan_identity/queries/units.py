"""Units as they are read: one by id, or a page of those in the scope in the order of their paths."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import INVALID_INPUT, NOT_FOUND, Pointer, Refusal
from sangathan_chassis.scope import Scope

_COLUMNS = "id, parent_id, level, code, path, name_hi, name_en, version, valid_from, closed_at, successor_id"


class UnitView(msgspec.Struct, frozen=True):
    """A unit as it stands."""

    id: UUID
    parent_id: UUID | None
    level: str
    code: str
    path: str
    name_hi: str
    name_en: str
    version: int
    valid_from: datetime
    closed_at: datetime | None
    successor_id: UUID | None


@dataclass(frozen=True, slots=True)
class UnitFilter:
    """Right beneath this unit, of this level, at or beneath a unit at a past moment; None does not filter."""

    parent_id: UUID | None = None
    level: str | None = None
    stood_beneath: UUID | None = None


async def get_unit(connection: Connection, scope: Scope, unit_id: UUID) -> UnitView:
    """The unit; raises not-found outside the scope exactly as for no unit at all."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM units WHERE id = $1 AND path >= $2 AND path < $3",  # noqa: S608 - constant columns.
        unit_id,
        scope.lo,
        scope.hi,
    )
    if row is None:
        raise Refusal(NOT_FOUND)
    return UnitView(*row.values())


async def list_units(
    connection: Connection, scope: Scope, wanted: UnitFilter, *, after: str, limit: int
) -> Sequence[UnitView]:
    """Up to ``limit`` units whose path comes after; raises for a parent outside the scope and for an unknown level."""
    if wanted.parent_id is not None:
        await get_unit(connection, scope, wanted.parent_id)
    if wanted.level is not None:
        await check_level(connection, wanted.level)
    values: list[object] = [scope.lo, scope.hi, after, limit]
    conditions = ["path >= $1", "path < $2", "path > $3"]
    for column, value in (("parent_id", wanted.parent_id), ("level", wanted.level)):
        if value is not None:
            values.append(value)
            conditions.append(f"{column} = ${len(values)}")
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM units WHERE {' AND '.join(conditions)} ORDER BY path LIMIT $4",  # noqa: S608
        *values,
    )
    return [UnitView(*row.values()) for row in rows]


async def export_rows(connection: Connection, scope: Scope) -> Sequence[tuple[object, ...]]:
    """Every open unit in the scope with its parent's path: id, parent, level, code, and both names."""
    rows = await connection.fetch(
        "SELECT id, left(path, length(path) - length(code) - 1), level, code, name_hi, name_en FROM units"
        " WHERE path >= $1 AND path < $2 AND closed_at IS NULL ORDER BY path",
        scope.lo,
        scope.hi,
    )
    return [tuple(row.values()) for row in rows]


async def check_level(connection: Connection, level: str) -> None:
    """Raises for a level that does not exist, naming those that do."""
    levels = [row["code"] for row in await connection.fetch("SELECT code FROM levels ORDER BY rank")]
    if level not in levels:
        raise Refusal(
            INVALID_INPUT,
            "Each error names the place and what would be accepted.",
            errors=[Pointer("#query/level", f"takes one of: {', '.join(levels) or 'none yet'}")],
        )
