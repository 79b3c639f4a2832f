"""Keys by which workers' names are found, and the queue of records whose keys and likenesses are to be found anew.

A write puts the record's id into the queue; a job a moment later derives the keys and looks for records of the same
person, so that neither costs a phone that sends its batch anything. What leaves the record loses its keys at once.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work

_TAKE = """
DELETE FROM match_queue WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM match_queue ORDER BY worker_id LIMIT $1 FOR UPDATE SKIP LOCKED
)) RETURNING worker_id
"""
_QUEUE = "INSERT INTO match_queue VALUES ($1) ON CONFLICT (worker_id) DO UPDATE SET worker_id = excluded.worker_id"
_RECORDS = """
SELECT id, path, name_hi, name_en, relation_name, phone, sealed, birth_year, phone_index, gender FROM workers
WHERE id = ANY($1) AND status = 'active'
"""
_PUT = """
INSERT INTO worker_keys (key, worker_id, path, birth_year)
SELECT s.key, w.id, w.path, w.birth_year FROM unnest($1::text[], $2::uuid[]) AS s (key, worker_id)
JOIN workers w ON w.id = s.worker_id
ON CONFLICT (worker_id, key) DO NOTHING
"""
# A name that half a state bears is not looked up beyond what somebody could ever review. A key that more than a hundred
# born in one year bear tells next to nothing, so it is followed only for a record that has no rarer one.
_NEAR = """
WITH asked AS (SELECT key, worker_id, path, birth_year FROM worker_keys WHERE worker_id = ANY($1)),
of_year AS (
    SELECT asked.worker_id, bearers.ids, coalesce(cardinality(bearers.ids), 0) > 100 AS common
    FROM asked CROSS JOIN LATERAL (
        SELECT array_agg(worker_id) AS ids FROM (
            SELECT k.worker_id FROM worker_keys k
            WHERE k.key = asked.key AND k.birth_year = asked.birth_year AND k.worker_id <> asked.worker_id LIMIT 101
        ) AS few
    ) AS bearers
)
SELECT asked.worker_id AS one, near.worker_id AS other FROM asked CROSS JOIN LATERAL (
    SELECT k.worker_id FROM worker_keys k
    WHERE k.key = asked.key AND k.path = asked.path AND k.worker_id <> asked.worker_id LIMIT 100
) AS near
UNION
SELECT worker_id, unnest(ids) FROM of_year y
WHERE NOT common OR NOT EXISTS (SELECT FROM of_year r WHERE r.worker_id = y.worker_id AND NOT r.common)
UNION
SELECT w.id, o.id FROM workers w CROSS JOIN LATERAL (
    SELECT id FROM workers p
    WHERE p.phone_index = w.phone_index AND p.id <> w.id AND p.status = 'active' LIMIT 50
) AS o WHERE w.id = ANY($1) AND w.phone_index IS NOT NULL
"""


async def follow(work: Work, worker_id: UUID, *, on_record: bool) -> None:
    """A record has changed: its keys are derived anew, or are gone when it is no longer on record.

    Its place in the queue is held until this work ends, so that the job does not meanwhile write keys of what it was.
    """
    if on_record:
        await work.raw.execute(_QUEUE, worker_id)
    else:
        await work.raw.execute("DELETE FROM match_queue WHERE worker_id = $1", worker_id)
        await work.raw.execute("DELETE FROM worker_keys WHERE worker_id = $1", worker_id)


async def take_queued(connection: Connection, most: int) -> list[UUID]:
    """Takes up to so many records from the queue."""
    return [row["worker_id"] for row in await connection.fetch(_TAKE, most)]


async def records(connection: Connection, worker_ids: Sequence[UUID]) -> Sequence[asyncpg.Record]:
    """What of the records on record is compared."""
    return await connection.fetch(_RECORDS, worker_ids)


async def replace(connection: Connection, keys_of: Mapping[UUID, Sequence[str]]) -> None:
    """These are the records' keys, and no others."""
    await connection.execute("DELETE FROM worker_keys WHERE worker_id = ANY($1)", list(keys_of))
    pairs = [(key, worker_id) for worker_id, keys in keys_of.items() for key in keys]
    if pairs:
        await connection.execute(_PUT, *map(list, zip(*pairs, strict=True)))


async def near(connection: Connection, worker_ids: Sequence[UUID]) -> set[tuple[UUID, UUID]]:
    """Pairs worth comparing, the smaller id first: a key in common in one booth or year of birth, or one phone."""
    rows = await connection.fetch(_NEAR, worker_ids)
    return {(min(row["one"], row["other"]), max(row["one"], row["other"])) for row in rows}
