"""The statements that keep signatures and photos by which people agreed: one of each kind to a record, in no row of it.

What comes before its record waits under its sender's unit. A record that comes is given what its own sender had sent.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_registry.domain.consent_evidence import ConsentEvidence, Kind
from sangathan_registry.store.sealed_pictures import SealedPictures

COLUMNS: Final = "worker_id, kind, id, sealed, sent_index, width, height, size, put_by, put_at"
_OF: Final = f"""
SELECT {COLUMNS}, waiting FROM consent_evidence
WHERE worker_id = ANY($1) AND NOT waiting AND path >= $2 AND path < $3 ORDER BY worker_id, kind
"""  # noqa: S608 - constants.
_WAITS: Final = f"""
SELECT {COLUMNS}, waiting FROM consent_evidence WHERE worker_id = $1 AND kind = $2 AND put_by = $3 AND waiting
"""  # noqa: S608 - constants.
_VALUES: Final = "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10"
# The path is the record's own, wherever its unit stands by now.
_PUT: Final = f"""
INSERT INTO consent_evidence ({COLUMNS}, waiting, path)
SELECT {_VALUES}, false, w.path FROM workers w WHERE w.id = $1 ON CONFLICT DO NOTHING
"""  # noqa: S608 - constants.
_LET_WAIT: Final = f"""
INSERT INTO consent_evidence ({COLUMNS}, waiting, path) VALUES ({_VALUES}, true, $11)
ON CONFLICT (worker_id, kind, put_by) WHERE waiting DO UPDATE SET id = excluded.id, sealed = excluded.sealed,
    sent_index = excluded.sent_index, width = excluded.width, height = excluded.height, size = excluded.size,
    put_at = excluded.put_at, path = excluded.path
"""  # noqa: S608 - constants.
_TAKE: Final = f"""
DELETE FROM consent_evidence WHERE worker_id = ANY($1) RETURNING {COLUMNS}, waiting
"""  # noqa: S608 - constants.
# A record gets what came from who captured it or sent its batch; what it has already goes, as does what came for none.
_JOIN: Final = """
WITH come AS (
    SELECT e.id, w.path, w.status, EXISTS (SELECT FROM consent_evidence o
        WHERE o.worker_id = e.worker_id AND o.kind = e.kind AND NOT o.waiting) AS has_one
    FROM consent_evidence e JOIN workers w ON w.id = e.worker_id
    WHERE e.waiting AND (w.captured_by = e.put_by
        OR EXISTS (SELECT FROM receipts r WHERE r.record_id = w.id AND r.sent_by = e.put_by))
    ORDER BY e.id LIMIT $1 FOR UPDATE OF e
), wanted AS (
    SELECT DISTINCT ON (e.worker_id, e.kind) e.id FROM come c JOIN consent_evidence e USING (id)
    WHERE c.status IN ('active', 'merged') AND NOT c.has_one ORDER BY e.worker_id, e.kind, e.id
), dropped AS (
    DELETE FROM consent_evidence e USING come c WHERE e.id = c.id AND c.id NOT IN (SELECT id FROM wanted)
), joined AS (
    UPDATE consent_evidence e SET waiting = false, path = c.path FROM come c JOIN wanted USING (id) WHERE e.id = c.id
)
SELECT count(*) FROM come
"""


PICTURES: Final = SealedPictures("consent_evidence")
SEALED: Final = PICTURES.column()
"""What is sealed here, to be renewed when the key is."""


async def of_workers(work: Work, worker_ids: Sequence[UUID]) -> list[ConsentEvidence]:
    """What these records have, as far as the scope reaches."""
    rows = await work.raw.fetch(_OF, list(worker_ids), work.scope.lo, work.scope.hi)
    return [_evidence(row) for row in rows]


async def find(work: Work, worker_id: UUID, kind: Kind) -> ConsentEvidence | None:
    """What the record has of this kind, inside the scope."""
    return next((one for one in await of_workers(work, [worker_id]) if one.kind is kind), None)


async def find_waiting(work: Work, worker_id: UUID, kind: Kind, put_by: UUID) -> ConsentEvidence | None:
    """What somebody has sent ahead of the record."""
    row = await work.raw.fetchrow(_WAITS, worker_id, kind, put_by)
    return None if row is None else _evidence(row)


async def put(work: Work, one: ConsentEvidence) -> None:
    """The record has it; one that it has of the kind already stays."""
    await work.raw.execute(_PUT, *_values(one))


async def let_wait(work: Work, one: ConsentEvidence, path: str) -> None:
    """Keeps it until its record comes; sent otherwise before, it is replaced."""
    await work.raw.execute(_LET_WAIT, *_values(one), path)


async def waiting_of(work: Work, put_by: UUID) -> int:
    """How much of somebody's waits."""
    return int(await work.raw.fetchval("SELECT count(*) FROM consent_evidence WHERE put_by = $1 AND waiting", put_by))


async def join_some(connection: Connection, most: int) -> int:
    """Gives records that have come what waited for them; gives how much was looked at."""
    return int(await connection.fetchval(_JOIN, most))


async def take(work: Work, worker_ids: Sequence[UUID]) -> list[ConsentEvidence]:
    """Takes what these records have away, as far as the scope reaches, and gives it; what waited for them goes."""
    rows = await work.raw.fetch(_TAKE, list(worker_ids))
    return [one for one in map(_evidence, rows) if not one.waiting]


async def remove(work: Work, one: ConsentEvidence) -> None:
    """It is gone for good."""
    await work.raw.execute("DELETE FROM consent_evidence WHERE id = $1", one.id)


def _values(one: ConsentEvidence) -> tuple[object, ...]:
    return tuple(getattr(one, name) for name in COLUMNS.split(", "))


def _evidence(row: asyncpg.Record) -> ConsentEvidence:
    return ConsentEvidence(**{**row, "kind": Kind(row["kind"])})
