"""Units of the replica, always within a scope: a unit outside reads as one that does not exist."""

from collections.abc import Sequence
from uuid import UUID

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal
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
