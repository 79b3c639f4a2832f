"""Whether a plan calls every unit it has to: per unit the workshop or nothing, and totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope, upper_bound


class CoveredUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with the workshop it is called to; ``workshop_id`` null means it is missing from the plan."""

    unit_id: UUID
    name_hi: str
    name_en: str
    workshop_id: UUID | None
    date: date | None
    venue_hi: str | None
    venue_en: str | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Totals over all units, one page of them, and the path at which the page ends."""

    workshops: int
    units: int
    covered: int
    level: str
    page: Sequence[CoveredUnit]
    end: str | None


# A unit that was called and has closed since still counts as covered; one opened since the import is missing.
_UNITS: Final = (
    " FROM unit_replica u LEFT JOIN allocations a ON a.unit_id = u.unit_id AND a.round_id = $1"
    " LEFT JOIN workshops w ON w.id = a.workshop_id"
    " WHERE u.path >= $2 AND u.path < $3 AND (a.unit_id IS NOT NULL OR (u.level = $4 AND u.closed_at IS NULL))"
)


async def read_coverage(
    connection: Connection, scope: Scope, plan_id: UUID, *, after: str | None, limit: int
) -> Coverage:
    """The coverage of a plan whose unit lies inside the scope, in the tree's order; raises Refusal when it does not."""
    plan = await connection.fetchrow(
        "SELECT p.path, r.id AS round_id, r.level FROM plans p JOIN rounds r ON r.plan_id = p.id AND r.number = 1"
        " WHERE p.id = $1 AND p.path >= $2 AND p.path < $3",
        plan_id,
        scope.lo,
        scope.hi,
    )
    if plan is None:
        raise Refusal(NOT_FOUND)
    whole = (plan["round_id"], plan["path"], upper_bound(plan["path"]), plan["level"])
    (totals,) = await connection.fetch(
        "SELECT count(DISTINCT a.workshop_id) AS workshops, count(*) AS units, count(a.unit_id) AS covered" + _UNITS,
        *whole,
    )
    rows = await connection.fetch(
        "SELECT u.path, u.unit_id, u.name_hi, u.name_en, w.id AS workshop_id, w.held_on AS date, w.venue_hi, w.venue_en"
        + _UNITS
        + " AND ($5::text IS NULL OR u.path > $5) ORDER BY u.path LIMIT $6",
        *whole,
        after,
        limit + 1,
    )
    end = rows[limit - 1]["path"] if len(rows) > limit else None
    units = [CoveredUnit(**{name: row[name] for name in CoveredUnit.__struct_fields__}) for row in rows[:limit]]
    return Coverage(totals["workshops"], totals["units"], totals["covered"], plan["level"], units, end)
