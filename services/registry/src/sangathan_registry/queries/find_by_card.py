"""Workers by their membership card: by its number, or by whatever card has it now, ended ones too."""

from typing import Final
from uuid import UUID

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope

# A card that ended in a merge still has its number, and whoever shows it is on record by the record that was kept.
_BY_NUMBER: Final = """
WITH RECURSIVE bearer (id, status, merged_into) AS (
    SELECT w.id, w.status, w.merged_into FROM cards c JOIN workers w ON w.id = c.worker_id
    WHERE c.number = $1 AND c.path >= $2 AND c.path < $3 AND w.path >= $2 AND w.path < $3
    UNION
    SELECT w.id, w.status, w.merged_into FROM bearer b JOIN workers w ON w.id = b.merged_into
    WHERE w.path >= $2 AND w.path < $3
) SELECT id FROM bearer WHERE status = 'active' ORDER BY id LIMIT 10
"""


async def find_by_card(connection: Connection, scope: Scope, number: str) -> list[UUID]:
    """The workers on record inside the scope whose card has, or had, this number: one, or nobody."""
    return [row["id"] for row in await connection.fetch(_BY_NUMBER, number, scope.lo, scope.hi)]
