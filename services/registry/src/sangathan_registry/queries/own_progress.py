"""What came of one person's own part of a drive, booth by booth."""

from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_registry.domain.drive import Drive

_MOST: Final = 1000
# A booth's captures are few, and found by drive and unit; what was not accepted is found by who sent it, or by who
# collected it on paper.
_OWN: Final = """
SELECT u.unit_id, u.name_hi, u.name_en, mine.valid_to,
    (SELECT b.target FROM drive_booths b WHERE b.drive_id = $4 AND b.unit_id = u.unit_id) AS target,
    (SELECT count(*) FROM captures c
        WHERE c.drive_id = $4 AND c.unit_id = u.unit_id AND c.captured_by = $3) AS accepted,
    coalesce(held.rejected, 0) AS rejected, coalesce(held.waiting, 0) AS waiting
FROM (
    SELECT unit_id, nullif(max(coalesce(valid_to, 'infinity')), 'infinity') AS valid_to FROM assignments
    WHERE person_id = $3 AND path >= $1 AND path < $2 AND valid_from < $6 AND (valid_to IS NULL OR valid_to > $5)
    GROUP BY unit_id
) AS mine JOIN unit_replica u USING (unit_id) LEFT JOIN (
    SELECT unit_id, count(*) FILTER (WHERE outcome = 'rejected' OR decision = 'dismissed') AS rejected,
        count(*) FILTER (WHERE outcome <> 'rejected' AND decision IS NULL) AS waiting
    FROM rejected_records
    WHERE drive_id = $4 AND (vistarak_id = $3 OR (sent_by = $3 AND vistarak_id IS NULL)) GROUP BY unit_id
) AS held USING (unit_id)
ORDER BY u.path LIMIT $7
"""


async def own_progress(connection: Connection, scope: Scope, drive: Drive, person_id: UUID) -> list[asyncpg.Record]:
    """A row per booth that the person is or was assigned to while the drive goes on; row-level security decides."""
    during = (drive.starts_at, drive.ends_at)
    return list(await connection.fetch(_OWN, scope.lo, scope.hi, person_id, drive.id, *during, _MOST))
