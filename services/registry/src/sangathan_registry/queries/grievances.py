"""Grievances within a scope by their date, how many are open and overdue, and which office is to answer one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import BUSY, NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.drive import INDIA, day_of
from sangathan_registry.domain.worker import Place, UnitId
from sangathan_registry.store import workers
from sangathan_registry.store.grievances import COLUMNS, grievance_of

_PAGE: Final = """
SELECT id, reference, unit_id, kind, source, status, outcome, opened_at, due_at, escalations, answered_at
FROM grievances WHERE path >= $1 AND path < $2 AND ($3::text IS NULL OR status = $3)
    AND ($4::text IS NULL OR kind = $4) AND (due_at, id) > ($5, $6) ORDER BY due_at, id LIMIT $7
"""
_OF_PERSON: Final = f"SELECT {COLUMNS} FROM grievances WHERE person_id = ANY($1) ORDER BY id DESC LIMIT 50"  # noqa: S608
_BY_REFERENCE: Final = f"SELECT {COLUMNS}, secret_hash FROM grievances WHERE reference = $1"  # noqa: S608
_ABOVE: Final = """
SELECT u.unit_id, u.path, u.level FROM unit_replica own
JOIN unit_replica u ON own.path >= u.path AND own.path < rtrim(u.path, '.') || '/' AND u.closed_at IS NULL
WHERE own.unit_id = $1 AND ($2 OR u.unit_id <> own.unit_id OR u.parent_id IS NULL)
ORDER BY length(u.path) DESC LIMIT 1
"""
# What was folded plus what still waits, by the day on which it is due; of what is due today the rows say the rest.
_COUNTS: Final = """
SELECT u.unit_id, u.level, u.name_hi, u.name_en, n.open,
    n.before + (SELECT count(*) FROM grievances g WHERE g.status = 'open' AND g.due_at >= $6 AND g.due_at <= $4
        AND g.path >= u.path AND g.path < rtrim(u.path, '.') || '/') AS overdue
FROM (
    SELECT * FROM unit_replica WHERE unit_id = $1
    UNION ALL SELECT * FROM unit_replica WHERE parent_id = $1 AND closed_at IS NULL
    OFFSET 0
) AS u, LATERAL (
    SELECT coalesce(sum(n), 0)::bigint AS open, coalesce(sum(n) FILTER (WHERE due_on < $5), 0)::bigint AS before FROM (
        SELECT due_on, open AS n FROM grievance_counts c WHERE c.path = u.path
        UNION ALL SELECT due_on, delta FROM grievance_deltas d
            WHERE d.path >= u.path AND d.path < rtrim(u.path, '.') || '/'
    ) AS each
) AS n
WHERE u.path >= $2 AND u.path < $3 ORDER BY u.path
"""
BEGINNING: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which grievances: of which status and kind, after which date and id."""

    status: str | None
    kind: str | None
    after: tuple[datetime, UUID] = (BEGINNING, UUID(int=0))


def told_in(sealer: Sealer, row: asyncpg.Record) -> tuple[str | None, Mapping[str, str] | None]:
    """What was told and answered in a row."""
    found = grievance_of(sealer, row)
    return found.told, found.answer


async def list_grievances(connection: Connection, scope: Scope, wanted: Wanted, *, limit: int) -> list[asyncpg.Record]:
    """Up to ``limit`` grievances and one more, those that are due first at the top."""
    return list(await connection.fetch(_PAGE, scope.lo, scope.hi, wanted.status, wanted.kind, *wanted.after, limit + 1))


async def own_grievances(work: Work, person_id: UUID) -> Sequence[asyncpg.Record]:
    """A person's own, by whichever sign-in they asked, the newest first; call it within `beyond_scope`."""
    return await work.raw.fetch(_OF_PERSON, await workers.persons_of(work, person_id))


async def by_reference(connection: Connection, reference: str) -> asyncpg.Record | None:
    """The grievance under a number, with the hash of its secret; call it within `beyond_scope`."""
    return await connection.fetchrow(_BY_REFERENCE, reference)


async def office_for(connection: Connection, unit_id: UUID) -> Place:
    """The unit itself while it is open, else the nearest above it."""
    return await _nearest(connection, unit_id, itself=True)


async def office_above(connection: Connection, unit_id: UUID) -> Place:
    """The nearest open unit above; the topmost has itself above it."""
    return await _nearest(connection, unit_id, itself=False)


async def count_grievances(connection: Connection, scope: Scope, unit_id: UUID, now: datetime) -> list[asyncpg.Record]:
    """The unit's open and overdue ones, and those of each unit right below it; refuses one outside as missing."""
    today = day_of(now)
    begins = datetime.combine(today, time.min, tzinfo=INDIA)
    rows = list(await connection.fetch(_COUNTS, unit_id, scope.lo, scope.hi, now, today, begins))
    if not any(row["unit_id"] == unit_id for row in rows):
        raise Refusal(NOT_FOUND)
    return sorted(rows, key=lambda row: row["unit_id"] != unit_id)


async def _nearest(connection: Connection, unit_id: UUID, *, itself: bool) -> Place:
    row = await connection.fetchrow(_ABOVE, unit_id, itself)
    if row is None:
        raise Refusal(BUSY, "The unit tree is being brought up to date here.", headers={"retry-after": "5"})
    return Place(UnitId(row["unit_id"]), row["path"], closed=False, level=row["level"])
