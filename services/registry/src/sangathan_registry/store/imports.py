"""The statements of imports. The file lies sealed beside its import and goes with its last row, or with a stop.

Of rows that were accepted only the office that they name is kept, of others the row as it was sent; both are sealed,
go when their person's record is erased, and in any case after some weeks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.resealing import Renew, SealedColumn, in_place
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import ImportEnded
from sangathan_registry.domain.import_rows import Reading
from sangathan_registry.domain.imports import Import, State, Stop, Tally

_READING: Final = "worker_imports.reading"
_FILE: Final = "worker_import_files.sealed"
_ROW: Final = "worker_import_rows.sealed"
_KEY: Final = "worker_imports.key"
_FIELDS: Final = (
    "id, unit_id, path, asked_by, appointment_id, office, basis, collected_on, rows, worked, created_at, reading"
)
_INSERT: Final = """
INSERT INTO worker_imports (id, unit_id, path, asked_by, appointment_id, office, basis, collected_on, reading, state,
    rows, worked, accepted, already_there, rejected, needs_review, created_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10, 0, 0, 0, 0, 0, $11, $11)
"""
_LOCK: Final = f"""
SELECT {_FIELDS} FROM worker_imports WHERE id = $1 AND path >= $2 AND path < $3 AND state = 'waiting'
FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - constants.
_ADVANCE: Final = """
UPDATE worker_imports SET worked = worked + $2 + $3 + $4 + $5, accepted = accepted + $2,
    already_there = already_there + $3, rejected = rejected + $4, needs_review = needs_review + $5, changed_at = $6
WHERE id = $1 RETURNING worked = rows
"""
_END: Final = """
UPDATE worker_imports SET state = $2, stop = $3, changed_at = $4, ended_at = $4
WHERE id = $1 AND state = 'waiting' AND path >= $5 AND path < $6
RETURNING unit_id, path, asked_by, rows, accepted, rejected, needs_review
"""
_PUT_ROWS: Final = """
INSERT INTO worker_import_rows (import_id, unit_id, path, line, outcome, reason, worker_id, sealed)
SELECT $1, $2, $3, s.* FROM unnest($4::int[], $5::text[], $6::text[], $7::uuid[], $8::bytea[]) AS s
"""
_STANDS: Final = """
SELECT NOT EXISTS (SELECT FROM appointment_replica
    WHERE appointment_id = $1 AND (ended_at IS NOT NULL OR valid_to <= $2))
"""


@dataclass(frozen=True, slots=True)
class RowEnd:
    """How a row ended; ``content`` is what is kept of it."""

    line: int
    outcome: str
    reason: str | None
    worker_id: UUID | None
    content: Mapping[str, Any] | None


async def insert(work: Work, sealer: Sealer, import_: Import, *, reading: Reading, file: bytes) -> None:
    """Keeps an import that waits to be worked, with its file."""
    await work.raw.execute(
        _INSERT,
        import_.id,
        import_.unit_id,
        import_.path,
        import_.asked_by,
        import_.appointment_id,
        import_.office,
        import_.basis,
        import_.collected_on,
        sealer.seal_bytes(msgspec.json.encode(reading), place=_READING),
        import_.rows,
        import_.created_at,
    )
    await work.raw.execute(
        "INSERT INTO worker_import_files VALUES ($1, $2, $3, $4)",
        import_.id,
        import_.unit_id,
        import_.path,
        sealer.seal_bytes(file, place=f"{_FILE}:{import_.id}"),
    )


async def waiting_of(work: Work, person_id: UUID) -> int:
    """How many imports of this person wait, as far as the scope reaches."""
    count: int = await work.raw.fetchval(
        "SELECT count(*) FROM worker_imports WHERE asked_by = $1 AND state = 'waiting' AND path >= $2 AND path < $3",
        person_id,
        work.scope.lo,
        work.scope.hi,
    )
    return count


async def all_waiting(connection: Connection) -> list[asyncpg.Record]:
    """Every import that waits, with its path, the oldest first."""
    return list(
        await connection.fetch("SELECT id, path FROM worker_imports WHERE state = 'waiting' ORDER BY created_at, id")
    )


async def lock(work: Work, sealer: Sealer, import_id: UUID) -> tuple[Import, Reading] | None:
    """The import, locked until this work ends; None when it has ended, moved, or somebody else works on it."""
    row = await work.raw.fetchrow(_LOCK, import_id, work.scope.lo, work.scope.hi)
    if row is None:
        return None
    fields = dict(row)
    reading = sealer.open_bytes(fields.pop("reading"), place=_READING)
    return Import(**fields), msgspec.json.decode(reading, type=Reading)


async def reading_of(connection: Connection, sealer: Sealer, import_id: UUID) -> Reading:
    """How the file of an import is read."""
    sealed = await connection.fetchval("SELECT reading FROM worker_imports WHERE id = $1", import_id)
    return msgspec.json.decode(sealer.open_bytes(sealed, place=_READING), type=Reading)


async def file_of(work: Work, sealer: Sealer, import_id: UUID) -> bytes:
    """The file of an import that waits."""
    sealed = await work.raw.fetchval("SELECT sealed FROM worker_import_files WHERE import_id = $1", import_id)
    return sealer.open_bytes(sealed, place=f"{_FILE}:{import_id}")


async def put_rows(work: Work, sealer: Sealer, import_: Import, ends: Sequence[RowEnd]) -> None:
    """Keeps how rows ended."""
    rows = [
        (
            one.line,
            one.outcome,
            one.reason,
            one.worker_id,
            None if one.content is None else seal_row(sealer, import_.id, one.content),
        )
        for one in ends
    ]
    await work.raw.execute(_PUT_ROWS, import_.id, import_.unit_id, import_.path, *zip(*rows, strict=True))


async def advance(work: Work, import_id: UUID, tally: Tally) -> bool:
    """Counts what was worked; True when nothing is left, whereupon the file is gone."""
    counts = (tally.accepted, tally.already_there, tally.rejected, tally.needs_review)
    over: bool = await work.raw.fetchval(_ADVANCE, import_id, *counts, work.now)
    if over:
        await end(work, import_id, State.DONE)
    return over


async def end(work: Work, import_id: UUID, state: State, stop: Stop | None = None) -> bool:
    """Ends an import, drops its file, and tells who asked unless they have stopped it themselves.

    False when it had ended before, or is not in the scope.
    """
    row = await work.raw.fetchrow(_END, import_id, state.value, stop, work.now, work.scope.lo, work.scope.hi)
    if row is None:
        return False
    await work.raw.execute("DELETE FROM worker_import_files WHERE import_id = $1", import_id)
    if stop is not Stop.ASKED:
        event = ImportEnded(
            import_id=import_id,
            unit_id=row["unit_id"],
            person_id=row["asked_by"],
            state=state.value,
            rows=row["rows"],
            accepted=row["accepted"],
            left=row["rejected"] + row["needs_review"],
        )
        work.publish(event, path=row["path"])
    return True


async def appointment_stands(work: Work, appointment_id: UUID | None) -> bool:
    """Whether the appointment has not ended, as far as the replica knows."""
    stands: bool = await work.raw.fetchval(_STANDS, appointment_id, work.now)
    return stands


async def forget(work: Work, before: datetime) -> int:
    """Forgets imports that ended before that; gives how many."""
    rows = await work.raw.fetch("DELETE FROM worker_imports WHERE ended_at < $1 RETURNING id", before)
    ids = [row["id"] for row in rows]
    await work.raw.execute("DELETE FROM worker_import_rows WHERE import_id = ANY($1)", ids)
    return len(ids)


async def forget_workers(connection: Connection, worker_ids: Sequence[UUID]) -> None:
    """Nothing of withdrawn records stays behind in the lists that they came by."""
    await connection.execute(
        "UPDATE worker_import_rows SET sealed = NULL WHERE worker_id = ANY($1) AND sealed IS NOT NULL", worker_ids
    )


async def standing(work: Work, worker_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The status of those ids that are on record already, as far as the scope reaches."""
    rows = await work.raw.fetch(
        "SELECT id, status FROM workers WHERE id = ANY($1) AND path >= $2 AND path < $3",
        worker_ids,
        work.scope.lo,
        work.scope.hi,
    )
    return {row["id"]: row["status"] for row in rows}


def record_id(sealer: Sealer, key: str) -> UUID:
    """The id of the record that a row becomes (RFC 9562, version 8): the same row gives the same record, always.

    It is made of a keyed hash, so that nobody can try out names on it.
    """
    raw = bytearray(sealer.index(key, place=_KEY))
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    return UUID(bytes=bytes(raw))


def seal_row(sealer: Sealer, import_id: UUID, content: Mapping[str, Any]) -> bytes:
    """What is kept of a row."""
    return sealer.seal_bytes(msgspec.json.encode(content), place=f"{_ROW}:{import_id}")


def open_row(sealer: Sealer, import_id: UUID, sealed: bytes) -> dict[str, Any]:
    """The same again."""
    return msgspec.json.decode(sealer.open_bytes(sealed, place=f"{_ROW}:{import_id}"), type=dict[str, Any])


def _of_import(place: str) -> Renew:
    def renew(sealer: Sealer, row: asyncpg.Record, sealed: bytes) -> bytes:
        return in_place(f"{place}:{row['import_id']}")(sealer, row, sealed)

    return renew


SEALED: Final = (
    SealedColumn("worker_imports", "reading", in_place(_READING)),
    SealedColumn("worker_import_files", "sealed", _of_import(_FILE), {"import_id": "uuid"}),
    SealedColumn("worker_import_rows", "sealed", _of_import(_ROW), {"import_id": "uuid", "line": "int"}),
)
"""What is sealed here, to be renewed when the key is."""
