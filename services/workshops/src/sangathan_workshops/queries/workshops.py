"""The workshops of a scope, with the counts of the people of that scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Final
from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope

MOST_UNITS: Final = 200


class Workshop(msgspec.Struct, frozen=True, kw_only=True):
    """A workshop; the five counts cover only units inside the scope."""

    id: UUID
    plan_id: UUID
    round: int
    level: str
    date: date
    venue_hi: str
    venue_en: str
    hour: time | None
    capacity: int | None
    trainer: str | None
    units: int
    invited: int
    accepted: int
    declined: int
    attended: int
    version: int


class CalledUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit called to a workshop."""

    unit_id: UUID
    name_hi: str
    name_en: str


class WorkshopWithUnits(Workshop, frozen=True, kw_only=True):
    """A workshop with the first 200 units of the scope that are called to it."""

    called_units: tuple[CalledUnit, ...]


@dataclass(frozen=True, slots=True)
class WorkshopPage:
    """Which page: the plan to keep to, and the last row of the page before."""

    limit: int
    plan_id: UUID | None = None
    after: tuple[date, UUID] | None = None


_SELECT: Final = (
    "SELECT w.id, w.plan_id, r.number AS round, r.level, w.held_on AS date, w.venue_hi, w.venue_en, w.hour, w.capacity,"
    " w.trainer, c.units, c.invited, c.accepted, c.declined, c.attended, w.version"
    " FROM workshops w JOIN rounds r ON r.id = w.round_id CROSS JOIN LATERAL (SELECT count(*) AS units,"
    " coalesce(sum(a.invited), 0) AS invited, coalesce(sum(a.accepted), 0) AS accepted,"
    " coalesce(sum(a.declined), 0) AS declined, coalesce(sum(a.attended), 0) AS attended"
    " FROM allocations a WHERE a.workshop_id = w.id AND a.path >= $1 AND a.path < $2) c"
    " WHERE ((w.path >= $1 AND w.path < $2) OR c.units > 0)"
)


async def list_workshops(connection: Connection, scope: Scope, page: WorkshopPage) -> Sequence[Workshop]:
    """Up to ``page.limit`` workshops by date; raises Refusal for a plan that the scope does not see."""
    if page.plan_id is not None:
        await _require_plan(connection, scope, page.plan_id)
    held_on, last = page.after or (None, None)
    rows = await connection.fetch(
        _SELECT
        + " AND ($3::uuid IS NULL OR w.plan_id = $3) AND ($4::date IS NULL OR (w.held_on, w.id) > ($4, $5::uuid))"
        " ORDER BY w.held_on, w.id LIMIT $6",
        scope.lo,
        scope.hi,
        page.plan_id,
        held_on,
        last,
        page.limit,
    )
    return [Workshop(**row) for row in rows]


async def get_workshop(connection: Connection, scope: Scope, workshop_id: UUID) -> WorkshopWithUnits:
    """The workshop when it, or a unit called to it, lies inside the scope; raises Refusal when not."""
    row = await connection.fetchrow(_SELECT + " AND w.id = $3", scope.lo, scope.hi, workshop_id)
    if row is None:
        raise Refusal(NOT_FOUND)
    units = await connection.fetch(
        "SELECT u.unit_id, u.name_hi, u.name_en FROM allocations a JOIN unit_replica u ON u.unit_id = a.unit_id"
        " WHERE a.workshop_id = $1 AND a.path >= $2 AND a.path < $3 ORDER BY a.path LIMIT $4",
        workshop_id,
        scope.lo,
        scope.hi,
        MOST_UNITS,
    )
    return WorkshopWithUnits(**row, called_units=tuple(CalledUnit(**unit) for unit in units))


async def _require_plan(connection: Connection, scope: Scope, plan_id: UUID) -> None:
    seen = await connection.fetchval(
        "SELECT true FROM plans p WHERE p.id = $1 AND ((p.path >= $2 AND p.path < $3) OR"
        " EXISTS (SELECT FROM allocations a WHERE a.plan_id = p.id AND a.path >= $2 AND a.path < $3))",
        plan_id,
        scope.lo,
        scope.hi,
    )
    if seen is None:
        raise Refusal(NOT_FOUND)
