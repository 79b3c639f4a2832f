"""What was received and not accepted, newest first, within the scope."""

from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope

_LIST = """
SELECT id, record_id, batch_id, drive_id, vistarak_id, unit_id, outcome, reason, errors::text AS faults,
    sent_by, received_at, decision, decided_by,
    decided_at FROM rejected_records
WHERE path >= $1 AND path < $2 AND ($3::uuid IS NULL OR drive_id = $3) AND ($4::uuid IS NULL OR id < $4)
    AND ($5 OR decision IS NULL)
ORDER BY id DESC LIMIT $6
"""


async def list_held(
    connection: Connection, scope: Scope, *, drive_id: UUID | None, before: UUID | None, decided: bool, limit: int
) -> list[asyncpg.Record]:
    """Up to ``limit`` held records and one more; those decided upon only when asked for."""
    return list(await connection.fetch(_LIST, scope.lo, scope.hi, drive_id, before, decided, limit + 1))
