"""Who is in office at a unit and above it, from notify's own replica."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work

_HOLDERS: Final = """
WITH RECURSIVE up AS (
    SELECT unit_id, parent_id, 0 AS distance FROM unit_replica WHERE unit_id = $1
    UNION ALL SELECT u.unit_id, u.parent_id, up.distance + 1 FROM up JOIN unit_replica u ON u.unit_id = up.parent_id
), held AS (
    SELECT a.person_id, up.distance FROM up JOIN appointment_replica a ON a.unit_id = up.unit_id
    WHERE a.office = ANY($2) AND a.valid_from <= $3 AND (a.valid_to IS NULL OR a.valid_to > $3)
        AND a.ended_at IS NULL AND a.delegated_from IS NULL
)
SELECT DISTINCT person_id FROM held
WHERE distance IN (SELECT DISTINCT distance FROM held ORDER BY distance LIMIT 2) ORDER BY person_id
"""


async def find_holders(work: Work, unit_id: UUID, offices: Sequence[str]) -> list[UUID]:
    """Who holds one of the offices at the nearest unit from here upwards that has a holder, and at the next above."""
    return [row["person_id"] for row in await work.raw.fetch(_HOLDERS, unit_id, list(offices), work.now)]
