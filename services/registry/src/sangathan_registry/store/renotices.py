"""The statements that keep who is to be told of the notice in force, and who was not reached."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.confirmations import Renotice, State, Unreached
from sangathan_registry.store.confirmations import Person
from sangathan_registry.store.sealed_particulars import open_row

_NOBODY: Final = UUID(int=0)
# By the primary key, so many at a time: a sweep over a state's records locks nothing and reads each once.
_SWEEP: Final = """
WITH looked AS (SELECT id, path, source, status, phone_index FROM workers WHERE id > $1 ORDER BY id LIMIT $2), put AS (
    INSERT INTO renotices AS r (worker_id, path, version, state, reason, due_at, next_at)
    SELECT w.id, w.path, $3, CASE WHEN w.phone_index IS NULL THEN 'unreached' ELSE 'waiting' END,
        CASE WHEN w.phone_index IS NULL THEN 'no-phone' END, $4, $5
    FROM looked w JOIN consents c ON c.worker_id = w.id AND c.purpose = 'membership' AND c.withdrawn_at IS NULL
    WHERE w.status = 'active' AND (w.source = 'import' OR c.notice_version <> $3)
    ON CONFLICT (worker_id) DO UPDATE SET version = EXCLUDED.version, state = EXCLUDED.state,
        reason = EXCLUDED.reason, due_at = EXCLUDED.due_at, next_at = EXCLUDED.next_at, sends = 0, sent_at = NULL
    WHERE r.version <> EXCLUDED.version
) SELECT max(id::text) AS last, count(*) AS many FROM looked
"""
_IMPORTED: Final = """
INSERT INTO renotices (worker_id, path, version, state, reason, due_at, next_at)
SELECT w.id, w.path, $2, CASE WHEN w.phone_index IS NULL THEN 'unreached' ELSE 'waiting' END,
    CASE WHEN w.phone_index IS NULL THEN 'no-phone' END, $3, $4
FROM workers w WHERE w.id = ANY($1::uuid[]) AND w.status = 'active' AND w.source = 'import'
ON CONFLICT (worker_id) DO NOTHING
"""
_DUE: Final = """
SELECT r.worker_id, r.path, r.sends, w.id, w.phone, w.relation_name, w.sealed, w.name_hi, w.name_en, a.language,
    u.name_hi AS unit_hi, u.name_en AS unit_en
FROM renotices r JOIN workers w ON w.id = r.worker_id JOIN unit_replica u ON u.unit_id = w.unit_id
LEFT JOIN consents a ON a.worker_id = r.worker_id AND a.purpose = 'membership'
WHERE r.state = 'waiting' AND r.next_at <= $1 AND w.status = 'active'
ORDER BY r.next_at, r.worker_id LIMIT $2 FOR UPDATE OF r
"""


async def sweep(work: Work, notice: Renotice, most: int) -> int:
    """Puts down the next records of whom it is to be told; gives how many were looked at, 0 when all have been."""
    row = await work.raw.fetchrow(
        "INSERT INTO notice_sweeps (version, after) VALUES ($1, $2) ON CONFLICT (version) DO UPDATE"
        " SET version = EXCLUDED.version RETURNING after, done_at",
        notice.version,
        _NOBODY,
    )
    if row is None or row["done_at"] is not None:
        return 0
    looked = await work.raw.fetchrow(_SWEEP, row["after"], most, notice.version, notice.due_at(work.now), work.now)
    last = None if looked is None else looked["last"]
    await work.raw.execute(
        "UPDATE notice_sweeps SET after = coalesce($2::uuid, after),"
        " done_at = CASE WHEN $2::uuid IS NULL THEN $3::timestamptz END WHERE version = $1",
        *(notice.version, None if last is None else UUID(last), work.now),
    )
    return 0 if looked is None else int(looked["many"])


async def open_for(work: Work, worker_ids: Sequence[UUID], notice: Renotice) -> None:
    """Puts down those of these new records that came by an import."""
    await work.raw.execute(_IMPORTED, list(worker_ids), notice.version, notice.due_at(work.now), work.now)


async def due(work: Work, sealer: Sealer, most: int) -> list[Person]:
    """Persons to be told now, locked."""
    return [
        Person(
            row["worker_id"],
            row["path"],
            row["sends"],
            open_row(sealer, row).phone or "",
            (row["name_hi"], row["name_en"]),
            row["language"] != "en",
            (row["unit_hi"], row["unit_en"]),
        )
        for row in await work.raw.fetch(_DUE, work.now, most)
    ]


async def note_sending(work: Work, worker_ids: Sequence[UUID], next_at: datetime) -> None:
    """A message is on its way; if nobody takes it, another follows then."""
    await work.raw.execute(
        "UPDATE renotices SET sends = sends + 1, next_at = $2 WHERE worker_id = ANY($1)", list(worker_ids), next_at
    )


async def settle(work: Work, worker_id: UUID, state: State, reason: Unreached | None = None) -> None:
    """What became of the message."""
    await work.raw.execute(
        "UPDATE renotices SET state = $2, reason = $3, sent_at = CASE WHEN $2 = 'sent' THEN $4 ELSE sent_at END"
        " WHERE worker_id = $1 AND state <> 'sent'",
        *(worker_id, state, reason, work.now),
    )


async def drop(work: Work, worker_id: UUID) -> None:
    """Who is off the record is told nothing."""
    await work.raw.execute("DELETE FROM renotices WHERE worker_id = $1", worker_id)


async def follow_phone(work: Work, worker_id: UUID, *, has_one: bool) -> None:
    """Another number is another chance, and none is none."""
    await work.raw.execute(
        "UPDATE renotices SET state = CASE WHEN $2 THEN 'waiting' ELSE 'unreached' END,"
        " reason = CASE WHEN NOT $2 THEN 'no-phone' END, sends = 0, next_at = $3"
        " WHERE worker_id = $1 AND (state <> 'sent') AND (reason IS NOT NULL) = $2",
        *(worker_id, has_one, work.now),
    )
