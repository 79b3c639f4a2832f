"""The trail of a unit and all below it, or what it holds by and about one person; newest first."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.scope import Scope
from sangathan_registry.store import workers

_COLUMNS = """
id, at, unit_id, person_id, appointment_id, office, action, outcome, worker_id, batch_id, device_id, records, purpose,
fields
"""
_ENTRIES = f"""
SELECT {_COLUMNS} FROM audit_entries WHERE path >= $1 AND path < $2 AND id < $3 ORDER BY id DESC LIMIT $4
"""  # noqa: S608 - constants.
_OWN = f"""
SELECT {_COLUMNS} FROM audit_entries WHERE (person_id = ANY($1) OR subject_id = ANY($1)) AND id < $2
ORDER BY id DESC LIMIT $3
"""  # noqa: S608 - constants.
_NEWEST = UUID(int=2**128 - 1)


async def list_audit_entries(
    connection: Connection, scope: Scope, *, before: UUID | None, limit: int
) -> Sequence[asyncpg.Record]:
    """Up to ``limit`` entries and one more; ids rise with time (UUIDv7)."""
    return await connection.fetch(_ENTRIES, scope.lo, scope.hi, before or _NEWEST, limit + 1)


async def list_own_audit_entries(
    work: Work, person_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[asyncpg.Record]:
    """The same for what a person did, and what was done or looked up about them, wherever their record stands.

    By whichever sign-in, as long as their records are merged. Call it within `beyond_scope`.
    """
    persons = await workers.persons_of(work, person_id)
    return await work.raw.fetch(_OWN, persons, before or _NEWEST, limit + 1)
