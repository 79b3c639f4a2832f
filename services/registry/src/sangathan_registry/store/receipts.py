"""What became of synced records: the statements that keep rejected ones and find the receipts of accepted ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.caller import Caller
from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import Pointer

# The same bad record sent again is the same row.
_INSERT_REJECTED = """
INSERT INTO rejected_records (id, record_id, unit_id, path, body_hash, body, outcome, reason, errors, batch_id,
    sent_by, received_at, drive_id, device_id, vistarak_id)
SELECT s.*, $10, $11, $12, $13, $14, $15 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bytea[],
    $6::bytea[], $7::text[], $8::text[], $9::jsonb[]) AS s
ON CONFLICT (sent_by, body_hash) DO NOTHING RETURNING unit_id, path, outcome, received_at
"""


# The row stays for the drive's numbers, which count what was collected; it holds nothing any more.
FORGET: Final = """
UPDATE rejected_records SET body = '', body_hash = uuid_send(id), decision = coalesce(decision, 'dismissed')
WHERE record_id = ANY($1) AND body <> ''
"""
# An id says nothing about anybody, so it is known as erased wherever its record stood.
_BEFORE = """
SELECT 'accepted' AS what, record_id, body_hash FROM receipts
WHERE record_id = ANY($1) AND path >= $2 AND path < $3
UNION ALL SELECT 'erased', record_id, NULL FROM erased_records WHERE record_id = ANY($1)
UNION ALL SELECT 'held', record_id, NULL FROM rejected_records
WHERE sent_by = $4 AND record_id = ANY($1) AND path >= $2 AND path < $3
UNION ALL SELECT 'dismissed', NULL, body_hash FROM rejected_records
WHERE sent_by = $4 AND body_hash = ANY($5) AND decision = 'dismissed'
"""
Kept = asyncpg.Record
"""A row with unit_id, path, outcome and received_at of something kept."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be accepted, with its sealed body and the unit whose people are to decide."""

    record_id: UUID | None
    unit_id: UUID
    path: str
    body_hash: bytes
    sealed_body: bytes
    outcome: str
    reason: str
    errors: Sequence[Pointer]


@dataclass(frozen=True, slots=True)
class Before:
    """What came before: accepted records with their body's hash, ids erased or held back, and bodies dismissed."""

    accepted: dict[UUID, bytes]
    erased: set[UUID]
    held: set[UUID]
    dismissed: set[bytes]


@dataclass(frozen=True, slots=True)
class Origin:
    """The batch that something came with; ``vistarak_id`` is who collected what a clerk keyed from paper."""

    batch_id: UUID
    drive_id: UUID | None = None
    device_id: UUID | None = None
    vistarak_id: UUID | None = None


async def keep_rejected(work: Work, caller: Caller, origin: Origin, rejected: Sequence[Rejected]) -> Sequence[Kept]:
    """Writes what was not accepted; gives unit, path and outcome of each that had not come before."""
    values = [
        (
            uuid7(),
            one.record_id,
            one.unit_id,
            one.path,
            one.body_hash,
            one.sealed_body,
            one.outcome,
            one.reason,
            msgspec.json.encode([{"pointer": e.pointer, "detail": e.detail} for e in one.errors]).decode(),
        )
        for one in rejected
    ]
    columns = zip(*values, strict=True)
    who = (origin.batch_id, caller.person, work.now, origin.drive_id, origin.device_id, origin.vistarak_id)
    return await work.raw.fetch(_INSERT_REJECTED, *columns, *who)


async def take_mended(work: Work, sent_by: UUID, record_ids: Sequence[UUID]) -> Sequence[Kept]:
    """Drops what an earlier rejection of these ids waited for: it has come; gives where and as what it counted."""
    return await work.raw.fetch(
        "DELETE FROM rejected_records WHERE sent_by = $1 AND record_id = ANY($2) AND path >= $3 AND path < $4"
        " RETURNING drive_id, device_id, unit_id, path, outcome, received_at",
        sent_by,
        record_ids,
        work.scope.lo,
        work.scope.hi,
    )


async def before(work: Work, sent_by: UUID, record_ids: Sequence[UUID], hashes: Sequence[bytes]) -> Before:
    """What became of records with these ids and bodies."""
    said = Before({}, set(), set(), set())
    for row in await work.raw.fetch(_BEFORE, record_ids, work.scope.lo, work.scope.hi, sent_by, hashes):
        match row["what"]:
            case "accepted":
                said.accepted[row["record_id"]] = row["body_hash"]
            case "erased":
                said.erased.add(row["record_id"])
            case "held":
                said.held.add(row["record_id"])
            case _:
                said.dismissed.add(row["body_hash"])
    return said


async def forget_workers(connection: Connection, worker_ids: Sequence[UUID]) -> None:
    """Nothing of withdrawn records stays behind in what was received under their ids and not accepted."""
    await connection.execute(FORGET, worker_ids)


async def hashes_of(work: Work, record_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """The body hashes of records that were accepted earlier, as far as they are inside the scope."""
    rows = await work.raw.fetch(
        "SELECT record_id, body_hash FROM receipts WHERE record_id = ANY($1) AND path >= $2 AND path < $3",
        record_ids,
        work.scope.lo,
        work.scope.hi,
    )
    return {row["record_id"]: row["body_hash"] for row in rows}


async def held(work: Work, held_id: UUID, *, lock: bool = False) -> Kept | None:
    """What is held under this id, locked if wanted; None when there is none inside the scope."""
    statement = "SELECT *, errors::text AS faults FROM rejected_records WHERE id = $1 AND path >= $2 AND path < $3"
    return await work.raw.fetchrow(statement + " FOR UPDATE" * lock, held_id, work.scope.lo, work.scope.hi)


async def dismiss(work: Work, held_id: UUID, by: UUID) -> Kept | None:
    """Notes the decision unless there is one; gives the row as it then is, or None outside the scope."""
    return await work.raw.fetchrow(
        "UPDATE rejected_records SET decision = 'dismissed', decided_by = coalesce(decided_by, $2),"
        " decided_at = coalesce(decided_at, $3) WHERE id = $1 AND path >= $4 AND path < $5"
        " RETURNING *, errors::text AS faults",
        held_id,
        by,
        work.now,
        work.scope.lo,
        work.scope.hi,
    )
