"""Units as they stood at a moment, and the list of what happened to one.

Whoever may see a unit today may see its past. What stood above it then is walked across the whole tree, for it may lie
outside: of such units the level and the code are told, which the path shows anyway, and neither id nor names.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope, scope_statement
from sangathan_identity.queries.units import UnitFilter, check_level, get_unit

_HELD = "v.valid_from <= {0} AND (v.valid_to IS NULL OR v.valid_to > {0})"
_THEN = f"""
SELECT v.unit_id, v.level, v.code, v.name_hi, v.name_en, v.version, v.valid_from, v.valid_to, v.closed_at, v.path
FROM unit_versions v WHERE v.path >= $1 AND v.path < $2 AND {_HELD.format("$3")}"""  # noqa: S608
_LINES = f"""
WITH RECURSIVE line AS (
    SELECT v.unit_id AS of_unit, 0 AS height, v.unit_id, v.parent_id, v.level, v.code, v.name_hi, v.name_en, v.path
    FROM unit_versions v WHERE v.unit_id = ANY($1::uuid[]) AND {_HELD.format("$2")}
    UNION ALL
    SELECT l.of_unit, l.height + 1, v.unit_id, v.parent_id, v.level, v.code, v.name_hi, v.name_en, v.path
    FROM line l JOIN unit_versions v ON v.unit_id = l.parent_id AND {_HELD.format("$2")}
)
SELECT of_unit, unit_id, level, code, name_hi, name_en, path FROM line ORDER BY of_unit, height DESC
"""  # noqa: S608 - constants of this module.
_BELOW = f"""
WITH RECURSIVE below AS (
    SELECT $1::uuid AS unit_id
    UNION
    SELECT v.unit_id FROM below b JOIN unit_versions v ON v.parent_id = b.unit_id AND {_HELD.format("$2")}
)
SELECT unit_id FROM below
"""  # noqa: S608
_HISTORY = """
SELECT v.version, v.act, v.valid_from, v.valid_to, v.level, v.code, v.name_hi, v.name_en, v.closed_at,
    p.id AS parent_id, r.id AS related_id,
    CASE WHEN a.id IS NULL THEN NULL ELSE v.done_by END AS done_by,
    CASE WHEN a.id IS NULL THEN NULL ELSE v.request_id END AS request_id
FROM unit_versions v
LEFT JOIN units p ON p.id = v.parent_id AND p.path >= $1 AND p.path < $2
LEFT JOIN units r ON r.id = v.related_id AND r.path >= $1 AND r.path < $2
LEFT JOIN appointments a ON a.id = v.appointment_id AND a.path >= $1 AND a.path < $2
WHERE v.unit_id = $3 AND v.path >= $1 AND v.path < $2 AND v.version < $4 ORDER BY v.version DESC LIMIT $5
"""


class Rung(msgspec.Struct, frozen=True):
    """A unit that stood above: id and names are null when it is not within the caller's own today."""

    level: str
    code: str
    id: UUID | None
    name_hi: str | None
    name_en: str | None


class PastUnit(msgspec.Struct, frozen=True):
    """A unit as it stood at a moment, with what stood above it then, the highest first."""

    id: UUID
    parent_id: UUID | None
    level: str
    code: str
    path: str
    name_hi: str
    name_en: str
    version: int
    valid_from: datetime
    valid_to: datetime | None
    closed_at: datetime | None
    as_of: datetime
    above: Sequence[Rung]


class UnitChangeView(msgspec.Struct, frozen=True):
    """One state of a unit and the act that made it so."""

    version: int
    act: str
    valid_from: datetime
    valid_to: datetime | None
    level: str
    code: str
    name_hi: str
    name_en: str
    closed_at: datetime | None
    parent_id: UUID | None
    related_id: UUID | None
    done_by: UUID | None
    request_id: str | None


async def get_past_unit(connection: Connection, scope: Scope, unit_id: UUID, at: datetime) -> PastUnit:
    """The unit as it stood; raises not-found outside the scope, and before it began, exactly as for no unit at all."""
    row = await connection.fetchrow(_THEN + " AND v.unit_id = $4", scope.lo, scope.hi, at, unit_id)
    if row is None:
        raise Refusal(NOT_FOUND)
    return (await _with_lines(connection, scope, [row], at))[0]


async def list_past_units(
    connection: Connection, scope: Scope, wanted: UnitFilter, at: datetime, *, after: str, limit: int
) -> tuple[Sequence[PastUnit], Sequence[str]]:
    """Up to ``limit`` units as they stood, and their paths of today, by which they are ordered."""
    if wanted.parent_id is not None:
        await get_unit(connection, scope, wanted.parent_id)
    if wanted.level is not None:
        await check_level(connection, wanted.level)
    values: list[object] = [scope.lo, scope.hi, at, after, limit]
    conditions = ""
    below = await stood_beneath(connection, scope, wanted.stood_beneath, at) if wanted.stood_beneath else None
    for condition, value in (
        (" AND v.parent_id = ${}", wanted.parent_id),
        (" AND v.level = ${}", wanted.level),
        (" AND v.unit_id = ANY(${}::uuid[])", below),
    ):
        if value is not None:
            values.append(value)
            conditions += condition.format(len(values))
    rows = await connection.fetch(f"{_THEN} AND v.path > $4{conditions} ORDER BY v.path LIMIT $5", *values)
    return await _with_lines(connection, scope, rows, at), [row["path"] for row in rows]


async def list_unit_changes(
    connection: Connection, scope: Scope, unit_id: UUID, *, before: int, limit: int
) -> Sequence[UnitChangeView]:
    """Up to ``limit`` states of a unit below a version, the newest first; raises not-found outside the scope."""
    await get_unit(connection, scope, unit_id)
    rows = await connection.fetch(_HISTORY, scope.lo, scope.hi, unit_id, before, limit)
    return [UnitChangeView(*row.values()) for row in rows]


async def stood_beneath(connection: Connection, scope: Scope, unit_id: UUID, at: datetime) -> Sequence[UUID]:
    """The ids of the unit and of all that stood beneath it; the unit itself must be within the scope today."""
    await get_unit(connection, scope, unit_id)
    async with _whole_tree(connection, scope):
        return [row["unit_id"] for row in await connection.fetch(_BELOW, unit_id, at)]


async def _with_lines(
    connection: Connection, scope: Scope, rows: Sequence[asyncpg.Record], at: datetime
) -> list[PastUnit]:
    lines: dict[UUID, list[asyncpg.Record]] = {}
    async with _whole_tree(connection, scope):
        for one in await connection.fetch(_LINES, [row["unit_id"] for row in rows], at):
            lines.setdefault(one["of_unit"], []).append(one)
    return [_past_unit(row, lines[row["unit_id"]][:-1], scope, at) for row in rows]


def _past_unit(row: asyncpg.Record, line: Sequence[asyncpg.Record], scope: Scope, at: datetime) -> PastUnit:
    above = [_rung(one, scope) for one in line]
    codes = [*(rung.code for rung in above), row["code"]]
    return PastUnit(
        id=row["unit_id"],
        parent_id=above[-1].id if above else None,
        level=row["level"],
        code=row["code"],
        path=".".join(codes) + ".",
        name_hi=row["name_hi"],
        name_en=row["name_en"],
        version=row["version"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        closed_at=row["closed_at"],
        as_of=at,
        above=above,
    )


def _rung(row: asyncpg.Record, scope: Scope) -> Rung:
    if scope.contains(row["path"]):
        return Rung(row["level"], row["code"], row["unit_id"], row["name_hi"], row["name_en"])
    return Rung(row["level"], row["code"], None, None, None)


@asynccontextmanager
async def _whole_tree(connection: Connection, scope: Scope) -> AsyncIterator[None]:
    """Widens the second wall for one walk along parents, whose rows are shown only as far as the scope reaches."""
    await connection.execute(scope_statement(Scope.everything()))
    yield
    await connection.execute(scope_statement(scope))
