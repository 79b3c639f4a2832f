"""The trail of a unit and all below it, newest first."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope

_ENTRIES = """
SELECT id, at, unit_id, person_id, appointment_id, office, action, worker_id, batch_id, device_id, records, purpose,
    fields
FROM audit_entries WHERE path >= $1 AND path < $2 AND id < $3 ORDER BY id DESC LIMIT $4
"""
_NEWEST = UUID(int=2**128 - 1)


async def list_audit_entries(
    connection: Connection, scope: Scope, *, before: UUID | None, limit: int
) -> Sequence[asyncpg.Record]:
    """Up to ``limit`` entries and one more; ids rise with time (UUIDv7)."""
    return await connection.fetch(_ENTRIES, scope.lo, scope.hi, before or _NEWEST, limit + 1)
