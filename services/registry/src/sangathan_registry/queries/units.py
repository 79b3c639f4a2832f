"""Units of the replica, always within a scope: a unit outside reads as one that does not exist."""

from collections.abc import Sequence
from uuid import UUID

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import BUSY, NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_registry.domain.particulars import fault
from sangathan_registry.domain.worker import Place, UnitId

_PLACES = (
    "SELECT unit_id, path, level, closed_at IS NOT NULL AS closed FROM unit_replica"
    " WHERE unit_id = ANY($1) AND path >= $2 AND path < $3"
)


async def find_places(connection: Connection, scope: Scope, unit_ids: Sequence[UUID]) -> dict[UUID, Place]:
    """Those of the units that lie inside the scope."""
    rows = await connection.fetch(_PLACES, unit_ids, scope.lo, scope.hi)
    return {row["unit_id"]: Place(UnitId(row["unit_id"]), row["path"], row["closed"], row["level"]) for row in rows}


async def get_place(connection: Connection, scope: Scope, unit_id: UUID, *, field: str = "") -> Place:
    """The unit; raises a not-found refusal when it does not exist or lies outside, which nobody can tell apart.

    ``field`` is the body's field that names the unit, for the refusal to point at.
    """
    places = await find_places(connection, scope, [unit_id])
    if unit_id not in places:
        raise Refusal(NOT_FOUND, errors=[fault(field)] if field else [])
    return places[unit_id]


async def narrowed(connection: Connection, scope: Scope, unit_id: UUID | None) -> Scope:
    """The scope, or the part of it at and below the unit that a filter names."""
    if unit_id is None:
        return scope
    return scope.narrowed((await get_place(connection, scope, unit_id)).path)


_INTAKE = """
SELECT unit_id, path, level, false AS closed FROM unit_replica WHERE closed_at IS NULL
ORDER BY array_position($1::uuid[], unit_id), length(path), path LIMIT 1
"""


async def find_intake(connection: Connection, wanted: Sequence[UUID | None]) -> Place:
    """The first of these units that is open, else the topmost: where something goes that nobody's scope holds."""
    row = await connection.fetchrow(_INTAKE, [one for one in wanted if one is not None])
    if row is None:
        raise Refusal(BUSY, "The unit tree is being brought up to date here.", headers={"retry-after": "5"})
    return Place(UnitId(row["unit_id"]), row["path"], row["closed"], row["level"])


async def names_of(connection: Connection, unit_id: UUID) -> dict[str, str]:
    """The unit's names in both languages; none of them when the replica has no such unit."""
    row = await connection.fetchrow("SELECT name_hi, name_en FROM unit_replica WHERE unit_id = $1", unit_id)
    return {"hi": row["name_hi"], "en": row["name_en"]} if row else {"hi": "", "en": ""}


async def levels(connection: Connection) -> list[str]:
    """The levels that the tree has open units of, from the top down."""
    rows = await connection.fetch(
        "SELECT level FROM unit_replica WHERE closed_at IS NULL GROUP BY level ORDER BY min(length(path)), level"
    )
    return [row["level"] for row in rows]
