"""Units that lack the holder of an office at this moment: one range of units, each asked once in an index."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_contracts.offices import Office
from sangathan_identity.queries.appointments import narrowed

# The path is compared on both sides, so that either may lead; who only acts leaves the office vacant.
_VACANT = """
SELECT u.id, u.path, u.name_hi, u.name_en, c.id AS acting_appointment_id, c.valid_to AS acting_until FROM units u
LEFT JOIN LATERAL (
    SELECT a.id, a.valid_to FROM appointments a
    WHERE a.unit_id = u.id AND a.office = $5 AND a.acting AND a.ended_at IS NULL AND a.valid_from <= $6
        AND (a.valid_to IS NULL OR a.valid_to > $6) ORDER BY a.id LIMIT 1
) c ON true
WHERE u.level = $4 AND u.path >= $1 AND u.path < $2 AND u.path > $3 AND u.closed_at IS NULL AND NOT EXISTS (
    SELECT FROM appointments a
    WHERE a.unit_id = u.id AND a.office = $5 AND a.delegated_from IS NULL AND NOT a.acting AND a.ended_at IS NULL
        AND a.valid_from <= $6 AND (a.valid_to IS NULL OR a.valid_to > $6)
)
ORDER BY u.path LIMIT $7
"""


class Vacancy(msgspec.Struct, frozen=True):
    """A unit without the holder of an office, and who acts in it."""

    unit_id: UUID
    path: str
    unit_name_hi: str
    unit_name_en: str
    acting_appointment_id: UUID | None
    acting_until: datetime | None


@dataclass(frozen=True, slots=True)
class VacancyFilter:
    """Which office, and only at this unit or beneath it; None for the whole scope."""

    office: Office
    unit_id: UUID | None = None


async def list_vacancies(
    connection: Connection, scope: Scope, wanted: VacancyFilter, *, now: datetime, after: str, limit: int
) -> Sequence[Vacancy]:
    """Up to ``limit`` vacancies whose path comes after; raises not-found for a unit outside the scope."""
    part = await narrowed(connection, scope, wanted.unit_id)
    office = wanted.office
    rows = await connection.fetch(_VACANT, part.lo, part.hi, after, office.level, office.slug, now, limit)
    return [Vacancy(*row.values()) for row in rows]
