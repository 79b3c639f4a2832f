"""The plans of a scope: those at its units, and those that call one of its units."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan with the level its round calls and how many workshops and units of it the scope sees."""

    id: UUID
    unit_id: UUID
    name_hi: str
    name_en: str
    level: str
    workshops: int
    units: int
    created_at: datetime
    version: int


async def list_plans(connection: Connection, scope: Scope, *, after: UUID | None, limit: int) -> Sequence[Plan]:
    """Up to ``limit`` plans, the newest first, older than the plan ``after``."""
    rows = await connection.fetch(
        "SELECT p.id, p.unit_id, p.name_hi, p.name_en, r.level, p.created_at, p.version, c.workshops, c.units"
        " FROM plans p JOIN rounds r ON r.plan_id = p.id AND r.number = 1 CROSS JOIN LATERAL"
        " (SELECT count(DISTINCT a.workshop_id) AS workshops, count(*) AS units FROM allocations a"
        "  WHERE a.plan_id = p.id AND a.path >= $1 AND a.path < $2) c"
        " WHERE ((p.path >= $1 AND p.path < $2) OR c.units > 0) AND ($3::uuid IS NULL OR p.id < $3)"
        " ORDER BY p.id DESC LIMIT $4",
        scope.lo,
        scope.hi,
        after,
        limit,
    )
    return [Plan(**row) for row in rows]
