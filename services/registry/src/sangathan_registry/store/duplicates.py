"""The statements that keep pairs of records which may tell of one person, and what was decided about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7

_PUT = """
INSERT INTO duplicates (id, one, other, one_path, other_path, evidence, found_at, status)
SELECT s.id, s.one, s.other, a.path, b.path, s.evidence, $5, 'open'
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::jsonb[]) AS s (id, one, other, evidence)
JOIN workers a ON a.id = s.one JOIN workers b ON b.id = s.other
ON CONFLICT (one, other) DO NOTHING
"""
_LOCK = "SELECT * FROM duplicates WHERE id = $1 AND path >= $2 AND path < $3 FOR UPDATE"
_DECIDE = """
UPDATE duplicates SET status = $2, kept = $3, adopted = $4, decided_by = $5, decided_at = $6 WHERE id = $1
"""
_UNDO = "UPDATE duplicates SET status = 'open', adopted = NULL, undone_by = $2, undone_at = $3 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a pair; ``adopted`` is sealed."""

    status: str
    kept: UUID | None = None
    adopted: bytes | None = None


async def put(work: Work, found: Mapping[tuple[UUID, UUID], Mapping[str, float]]) -> None:
    """Keeps pairs with their evidence; what was found before, or decided upon, stays as it is."""
    if not found:
        return
    ordered: Sequence[tuple[UUID, UUID]] = sorted(found)
    await work.raw.execute(
        _PUT,
        [uuid7() for _ in ordered],
        [one for one, _ in ordered],
        [other for _, other in ordered],
        [msgspec.json.encode(found[pair]).decode() for pair in ordered],
        work.now,
    )


async def lock(work: Work, duplicate_id: UUID) -> asyncpg.Record | None:
    """The pair, locked until this work ends; None when there is none inside the scope."""
    return await work.raw.fetchrow(_LOCK, duplicate_id, work.scope.lo, work.scope.hi)


async def decide(work: Work, duplicate_id: UUID, decision: Decision, by: UUID) -> None:
    """Keeps what was decided."""
    await work.raw.execute(_DECIDE, duplicate_id, decision.status, decision.kept, decision.adopted, by, work.now)


async def undo(work: Work, duplicate_id: UUID, by: UUID) -> None:
    """The pair is open again."""
    await work.raw.execute(_UNDO, duplicate_id, by, work.now)


async def forget_adopted(connection: Connection, worker_ids: Sequence[UUID]) -> None:
    """Nothing of withdrawn records stays behind in what was decided about them."""
    await connection.execute(
        "UPDATE duplicates SET adopted = NULL WHERE (one = ANY($1) OR other = ANY($1)) AND adopted IS NOT NULL",
        worker_ids,
    )
