"""The statements of erasures: the record goes, sealed, into its erasure, and with the erasure's purge it is gone.

While it waits it is nowhere else, so that no list, search, look-up or job can show it, whoever writes one tomorrow.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.database import Work
from sangathan_registry.domain.erasure import Erasure
from sangathan_registry.store import exports, receipts

_FIELDS: Final = (
    "id, worker_id, record_ids, unit_id, path, person_id, merged_person_ids, sealed, asked_at, purge_at,"
    " taken::text AS taken"
)
_WAITING: Final = "undone_at IS NULL AND purged_at IS NULL"
OF_PERSON: Final = "(person_id = $1 OR (merged_person_ids @> ARRAY[$1]::uuid[] AND merged_person_ids <> '{}'))"
"""A person's own, those of records included that theirs had been merged into."""
_INSERT = """
INSERT INTO erasures (id, worker_id, record_ids, unit_id, path, person_id, sealed, asked_at, purge_at, asked_by,
    by_the_person, taken, merged_person_ids)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::jsonb, $13)
"""
_DUE = f"SELECT {_FIELDS} FROM erasures WHERE {_WAITING} AND purge_at <= $1 ORDER BY purge_at, id LIMIT $2 FOR UPDATE"  # noqa: S608 - constants.
_PURGED = """
UPDATE erasures SET sealed = NULL, person_id = NULL, merged_person_ids = '{}',
    asked_by = CASE WHEN by_the_person THEN NULL ELSE asked_by END,
    purged_at = $2, proof = $3, removed = $4::text::jsonb WHERE id = $1
"""
_REPORT = """
INSERT INTO erasure_reports (erasure_id, service, reported_at, removed, hash)
VALUES ($1, $2, $3, $4::text::jsonb, $5) ON CONFLICT DO NOTHING
"""
# What else of a record is personal or says something about its content, by the table that it is gone from.
_GONE: Final = {
    "receipts": "DELETE FROM receipts WHERE record_id = ANY($1)",
    "rejected_records": receipts.FORGET,
    "worker_keys": "DELETE FROM worker_keys WHERE worker_id = ANY($1)",
    "worker_revisions": """
        UPDATE worker_revisions SET before = NULL, note = NULL
        WHERE worker_id = ANY($1) AND num_nonnulls(before, note) > 0
    """,
    "match_queue": "DELETE FROM match_queue WHERE worker_id = ANY($1)",
    "worker_import_rows": """
        UPDATE worker_import_rows SET sealed = NULL WHERE worker_id = ANY($1) AND sealed IS NOT NULL
    """,
    "grievances": """
        UPDATE grievances SET told = NULL, answer = NULL, person_id = NULL
        WHERE worker_id = ANY($1) AND num_nonnulls(told, answer, person_id) > 0
    """,
    "captures": "UPDATE captures SET sealed = NULL WHERE record_id = ANY($1) AND sealed IS NOT NULL",
    "answer_revisions": """
        UPDATE answer_revisions SET before = NULL WHERE record_id = ANY($1) AND before IS NOT NULL
    """,
    # What was written about the person in cases that found them to be one of ours, and why their record was opened.
    "cases": """
        UPDATE cases SET claim = NULL, phone_index = NULL, contact = NULL
        WHERE worker_id = ANY($1) AND num_nonnulls(claim, phone_index, contact) > 0
    """,
    "case_steps": """
        UPDATE case_steps SET note = NULL
        WHERE note IS NOT NULL AND case_id IN (SELECT id FROM cases WHERE worker_id = ANY($1))
    """,
    "case_evidence": """
        DELETE FROM case_evidence WHERE case_id IN (SELECT id FROM cases WHERE worker_id = ANY($1))
    """,
    "break_glass_openings": """
        UPDATE break_glass_openings SET reason = '', note = NULL
        WHERE worker_id = ANY($1) AND (reason <> '' OR note IS NOT NULL)
    """,
    "drive_flags": "UPDATE drive_flags SET reason = NULL WHERE record_id = ANY($1) AND reason IS NOT NULL",
    "duplicates": """
        UPDATE duplicates SET adopted = NULL WHERE (one = ANY($1) OR other = ANY($1)) AND adopted IS NOT NULL
    """,
}
# The same of whoever signs in by no other record.
_OF_PERSONS: Final = {
    # What was written about what they captured as vistarak; the flags stay, and name an id.
    "drive_flags": """
        UPDATE drive_flags SET reason = NULL
        WHERE about = 'vistarak' AND subject_id = ANY($1) AND reason IS NOT NULL
    """,
    # What they asked about a record that theirs had been merged into for a while.
    "grievances": """
        UPDATE grievances SET told = NULL, answer = NULL, person_id = NULL WHERE person_id = ANY($1)
    """,
}


async def insert(work: Work, erasure: Erasure, *, asked_by: UUID, by_the_person: bool) -> None:
    """Keeps an erasure that waits for its date; a record that comes again under one of its ids is known by it."""
    values = (
        erasure.id,
        erasure.worker_id,
        list(erasure.record_ids),
        erasure.unit_id,
        erasure.path,
        erasure.person_id,
        erasure.sealed,
        erasure.asked_at,
        erasure.purge_at,
    )
    also = list(erasure.merged_person_ids)
    await work.raw.execute(_INSERT, *values, asked_by, by_the_person, _json(erasure.taken), also)
    await work.raw.execute("INSERT INTO erased_records SELECT unnest($1::uuid[])", list(erasure.record_ids))


async def waiting(work: Work, erasure_id: UUID) -> Erasure | None:
    """An erasure that can be undone yet, locked; None when there is none in the scope."""
    within = (work.scope.lo, work.scope.hi)
    row = await work.raw.fetchrow(
        f"SELECT {_FIELDS} FROM erasures WHERE id = $1 AND path >= $2 AND path < $3 AND {_WAITING} FOR UPDATE",  # noqa: S608
        erasure_id,
        *within,
    )
    return _erasure(row) if row else None


async def waiting_of(work: Work, person_id: UUID) -> list[Erasure]:
    """A person's own erasures that can be undone yet, locked."""
    rows = await work.raw.fetch(
        f"SELECT {_FIELDS} FROM erasures WHERE {OF_PERSON} AND {_WAITING} ORDER BY id FOR UPDATE",  # noqa: S608
        person_id,
    )
    return [_erasure(row) for row in rows]


async def undone(work: Work, erasure: Erasure, by: UUID) -> None:
    """The erasure is taken back; nothing of the record stays in it."""
    await work.raw.execute(
        "UPDATE erasures SET sealed = NULL, undone_at = $2, undone_by = $3 WHERE id = $1", erasure.id, work.now, by
    )
    await work.raw.execute("DELETE FROM erased_records WHERE record_id = ANY($1)", list(erasure.record_ids))


async def due(work: Work, most: int) -> list[Erasure]:
    """Erasures whose date has come, locked."""
    return [_erasure(row) for row in await work.raw.fetch(_DUE, work.now, most)]


async def purge(work: Work, erasure: Erasure) -> dict[str, int]:
    """Removes what the sealed record leaves behind in other tables; gives how many rows, by table."""
    removed = {"workers": len(erasure.record_ids), **erasure.taken}
    for table, statement in _GONE.items():
        done = int((await work.raw.execute(statement, list(erasure.record_ids))).split()[-1])
        if done:
            removed[table] = done
    alone = await of_these_alone(work, erasure)
    for table, statement in _OF_PERSONS.items():
        if done := int((await work.raw.execute(statement, alone)).split()[-1]):
            removed[table] = removed.get(table, 0) + done
    if gone := await exports.forget_workers(work.raw, list(erasure.record_ids)):
        removed["exports"] = gone
    return removed


async def purged(work: Work, erasure_id: UUID, proof: bytes, removed: Mapping[str, int]) -> None:
    """Keeps the proof, and nothing of the person."""
    await work.raw.execute(_PURGED, erasure_id, work.now, proof, _json(removed))


async def of_these_alone(work: Work, erasure: Erasure) -> list[UUID]:
    """Everybody by whom the person signs in and who is on record by no other record."""
    rows = await work.raw.fetch(
        "SELECT one FROM unnest($1::uuid[]) AS one WHERE NOT EXISTS (SELECT FROM workers WHERE person_id = one)"
        " AND NOT EXISTS (SELECT FROM erasures WHERE person_id = one AND id <> $2 AND undone_at IS NULL)"
        " AND NOT EXISTS (SELECT FROM erasures WHERE merged_person_ids @> ARRAY[one] AND merged_person_ids <> '{}'"
        " AND id <> $2 AND undone_at IS NULL)",
        erasure.person_ids,
        erasure.id,
    )
    return [row["one"] for row in rows]


async def proof_of(work: Work, erasure_id: UUID) -> bytes | None:
    """The proof that a report belongs to; None for an erasure that nobody knows."""
    proof: bytes | None = await work.raw.fetchval("SELECT proof FROM erasures WHERE id = $1", erasure_id)
    return proof


async def report(
    work: Work, erasure_id: UUID, service: str, *, at: datetime, removed: Mapping[str, int], hash_: bytes
) -> None:
    """Keeps what a service reports."""
    await work.raw.execute(_REPORT, erasure_id, service, at, _json(removed), hash_)


async def erased_among(work: Work, record_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the ids whose record was erased, wherever it stood: an id says nothing about anybody."""
    rows = await work.raw.fetch("SELECT record_id FROM erased_records WHERE record_id = ANY($1)", record_ids)
    return {row["record_id"] for row in rows}


async def take_adopted(work: Work, record_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Takes what merges of these records took over out of the pairs; gives it by pair, sealed as it was."""
    rows = await work.raw.fetch(
        "UPDATE duplicates SET adopted = NULL WHERE (one = ANY($1) OR other = ANY($1)) AND adopted IS NOT NULL"
        " RETURNING id, old.adopted",
        record_ids,
    )
    return {row["id"]: row["adopted"] for row in rows}


async def give_adopted(work: Work, adopted: Mapping[UUID, bytes]) -> None:
    """Puts it back, so that the merges can be undone as before."""
    await work.raw.execute(
        "UPDATE duplicates d SET adopted = s.adopted FROM unnest($1::uuid[], $2::bytea[]) AS s (id, adopted)"
        " WHERE d.id = s.id",
        list(adopted),
        list(adopted.values()),
    )


async def withdraw_consents(work: Work, erasure: Erasure) -> None:
    """The consents are taken back as of the asking; the artefacts stay, as ids, times and hashes."""
    await work.raw.execute(
        "UPDATE consents SET withdrawn_at = coalesce(withdrawn_at, $2) WHERE worker_id = ANY($1)",
        list(erasure.record_ids),
        erasure.asked_at,
    )


def _json(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def _erasure(row: asyncpg.Record) -> Erasure:
    return Erasure(**{**row, "taken": msgspec.json.decode(row["taken"], type=dict[str, int])})
