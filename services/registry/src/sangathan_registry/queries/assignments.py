"""Which booths vistaraks are assigned to."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_registry.domain.vistarak import VISTARAK, Assignment
from sangathan_registry.domain.worker import Place, UnitId

_LIST = """
SELECT id, appointment_id, person_id, unit_id, path, valid_from, valid_to, assigned_by, created_at, ended_by, ended_at
FROM assignments
WHERE path >= $1 AND path < $2 AND ($3::uuid IS NULL OR person_id = $3)
    AND ($4::text IS NULL OR (path, person_id, id) > ($4, $5, $6))
ORDER BY path, person_id, id LIMIT $7
"""
_OF_PERSON = """
SELECT unit_id, valid_from, valid_to FROM assignments
WHERE person_id = $1 AND unit_id = ANY($2) AND path >= $3 AND path < $4
"""
_OF_BATCH = """
SELECT u.unit_id, u.path, u.level, u.closed_at IS NOT NULL AS closed, a.valid_from, a.valid_to
FROM unit_replica u LEFT JOIN assignments a
    ON a.person_id = $4 AND a.unit_id = u.unit_id AND a.path >= $2 AND a.path < $3
WHERE u.unit_id = ANY($1) AND u.path >= $2 AND u.path < $3
"""
# The booth lies at or below the unit of the appointment; ancestors are few, so each is looked up by its own path.
_APPOINTMENT = """
SELECT a.appointment_id FROM appointment_replica a JOIN unit_replica u USING (unit_id)
WHERE a.person_id = $1 AND a.office = $2 AND a.delegated_from IS NULL AND a.ended_at IS NULL
    AND (a.valid_to IS NULL OR a.valid_to > $4)
    AND u.path <= $3 AND $3 < rtrim(u.path, '.') || '/'
ORDER BY a.valid_from DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class AfterAssignment:
    """The last row of a page, its path below the scope's."""

    below: str
    person_id: UUID
    id: UUID


async def list_assignments(
    connection: Connection, scope: Scope, *, person_id: UUID | None, after: AfterAssignment | None, limit: int
) -> Sequence[asyncpg.Record]:
    """Up to ``limit`` assignments and one more."""
    where = (scope.lo + after.below, after.person_id, after.id) if after else (None, None, None)
    return await connection.fetch(_LIST, scope.lo, scope.hi, person_id, *where, limit + 1)


async def assignments_of(
    connection: Connection, scope: Scope, person_id: UUID, unit_ids: Sequence[UUID]
) -> list[Assignment]:
    """The person's assignments to any of these units, past ones included: records come in late."""
    rows = await connection.fetch(_OF_PERSON, person_id, unit_ids, scope.lo, scope.hi)
    return [Assignment(row["unit_id"], row["valid_from"], row["valid_to"]) for row in rows]


async def places_of_batch(
    connection: Connection, scope: Scope, unit_ids: Sequence[UUID], person_id: UUID | None
) -> tuple[dict[UUID, Place], list[Assignment]]:
    """Those of the units that lie inside the scope, and the person's assignments to them, past ones included."""
    places: dict[UUID, Place] = {}
    assignments = []
    for row in await connection.fetch(_OF_BATCH, unit_ids, scope.lo, scope.hi, person_id):
        unit_id = row["unit_id"]
        places[unit_id] = Place(UnitId(unit_id), row["path"], row["closed"], row["level"])
        if row["valid_from"] is not None:
            assignments.append(Assignment(unit_id, row["valid_from"], row["valid_to"]))
    return places, assignments


async def find_vistarak_appointment(connection: Connection, person_id: UUID, path: str, at: object) -> UUID | None:
    """The person's appointment as vistarak over the unit at ``path``, if they hold one now or later."""
    found: UUID | None = await connection.fetchval(_APPOINTMENT, person_id, VISTARAK, path, at)
    return found
