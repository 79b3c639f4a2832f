"""The statements that keep exports: what was asked, which records that is, and page by page, sealed, what they say."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.resealing import SealedColumn, in_place
from sangathan_chassis.scope import upper_bound
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.exports import Export, Format, State, Stop
from sangathan_registry.store import sealed_particulars

COLUMNS: Final = (
    "id, unit_id, path, format, status, field_classes, purpose, asked_by, appointment_id, office, asked_at, expires_at,"
    " state, rows, parts, listed_at, ready_at, stop"
)
_POSITION: Final = "exports.position"
_ONE_BY_ONE: Final = 7_305_161
_INSERT: Final = f"""
INSERT INTO exports ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
"""  # noqa: S608 - constants.
# The smallest first: who asked for a booth does not wait for a state.
_NEXT: Final = f"""
SELECT {COLUMNS} FROM exports WHERE state IN ('waiting', 'making') AND expires_at > $1 ORDER BY rows, id LIMIT 1
FOR UPDATE
"""  # noqa: S608 - constants.
_SAVE: Final = """
UPDATE exports SET state = $2, rows = $3, parts = $4, listed_at = $5, ready_at = $6, stop = $7, position = NULL
WHERE id = $1
"""
# One statement sees one moment. The order is that of an index, and nothing but ids is sorted, kept or carried.
_LIST: Final = """
INSERT INTO export_parts (export_id, part, unit_id, path, worker_ids)
SELECT $1, (listed.place - 1) / $6, $2, $3, array_agg(listed.id ORDER BY listed.place)
FROM (
    SELECT id, row_number() OVER (ORDER BY path, name_key, id)::int AS place
    FROM workers WHERE path >= $3 AND path < $4 AND status = $5
) AS listed GROUP BY 2
"""
_NEXT_PART: Final = "SELECT worker_ids FROM export_parts WHERE export_id = $1 AND part = $2 AND sealed IS NULL"
_FILL_PART: Final = "UPDATE export_parts SET worker_ids = $3, sealed = $4 WHERE export_id = $1 AND part = $2"
_ENDED: Final = """
SELECT EXISTS (SELECT FROM appointment_replica WHERE appointment_id = $1
    AND (ended_at IS NOT NULL OR (valid_to IS NOT NULL AND valid_to <= $2)))
"""
_OVER: Final = "SELECT id FROM exports WHERE expires_at <= $1 LIMIT 100"


def export_of(row: asyncpg.Record) -> Export:
    """The export in a row."""
    values = {name: row[name] for name in COLUMNS.split(", ")}
    values["format"], values["state"] = Format(row["format"]), State(row["state"])
    values["stop"] = Stop(row["stop"]) if row["stop"] else None
    values["field_classes"] = frozenset(row["field_classes"])
    return Export(**values)


async def insert(work: Work, export: Export) -> None:
    """Keeps a new export."""
    values = {name: getattr(export, name) for name in COLUMNS.split(", ")}
    await work.raw.execute(_INSERT, *(values | {"field_classes": sorted(export.field_classes)}).values())


async def asked_since(work: Work, appointment_id: UUID, since: datetime) -> int:
    """How many were asked under the appointment since then; two at once are counted one after the other."""
    await work.raw.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, $2))", str(appointment_id), _ONE_BY_ONE)
    statement = "SELECT count(*) FROM exports WHERE appointment_id = $1 AND asked_at > $2"
    return int(await work.raw.fetchval(statement, appointment_id, since))


async def take_next(work: Work) -> Export | None:
    """The export whose next page is to be made, locked."""
    row = await work.raw.fetchrow(_NEXT, work.now)
    return None if row is None else export_of(row)


async def office_ended(work: Work, export: Export) -> bool:
    """Whether the appointment under which it was asked is over."""
    return bool(await work.raw.fetchval(_ENDED, export.appointment_id, work.now))


async def save(work: Work, export: Export) -> None:
    """Keeps how far an export has come."""
    progress = (export.state, export.rows, export.parts, export.listed_at, export.ready_at, export.stop)
    await work.raw.execute(_SAVE, export.id, *progress)


async def list_records(work: Work, export: Export, page: int) -> None:
    """Notes which records are in it, ``page`` ids to a part; what an earlier release had begun begins anew."""
    await work.raw.execute("DELETE FROM export_parts WHERE export_id = $1", export.id)
    within = (export.path, upper_bound(export.path))
    await work.raw.execute(_LIST, export.id, export.unit_id, *within, export.status, page)


async def next_part(work: Work, export: Export) -> Sequence[UUID] | None:
    """The ids of the part that is to be filled; None when every part is."""
    row = await work.raw.fetchrow(_NEXT_PART, export.id, export.parts)
    return None if row is None else row["worker_ids"]


async def fill_part(work: Work, sealer: Sealer, export: Export, rows: Sequence[asyncpg.Record]) -> None:
    """Keeps the rows of that part."""
    key = (export.id, export.parts)
    sealed = seal_part(sealer, key, [dict(row) for row in rows])
    await work.raw.execute(_FILL_PART, *key, [row["id"] for row in rows], sealed)


def seal_part(sealer: Sealer, key: tuple[UUID, int], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A page's rows under one seal; what is sealed in them is of the same key, so that none is needed but it."""
    content = msgspec.msgpack.encode([_of_one_key(sealer, row) for row in rows])
    return sealer.seal_bytes(zlib.compress(content), place=_place(*key))


def open_part(sealer: Sealer, export_id: UUID, part: int, sealed: bytes) -> list[Mapping[str, Any]]:
    """The rows of a page as they were found."""
    content = zlib.decompress(sealer.open_bytes(sealed, place=_place(export_id, part)))
    return msgspec.msgpack.decode(content, type=list[Mapping[str, Any]])


def _of_one_key(sealer: Sealer, row: Mapping[str, Any]) -> dict[str, Any]:
    fields = sealed_particulars.open_row(sealer, row)
    sealed = sealed_particulars.seal_fields(sealer, UUID(str(row["id"])), fields)
    return {**row, "sealed": sealed, "phone": None, "relation_name": None}


def _renewed(sealer: Sealer, row: asyncpg.Record, sealed: bytes) -> bytes:
    key = (row["export_id"], row["part"])
    return seal_part(sealer, key, open_part(sealer, *key, sealed))


async def forget_over(work: Work) -> int:
    """Removes exports whose days are over, up to a hundred; gives how many."""
    ids = [row["id"] for row in await work.raw.fetch(_OVER, work.now)]
    await _remove(work.raw, ids)
    return len(ids)


async def forget_workers(connection: Connection, worker_ids: Sequence[UUID]) -> int:
    """Removes every export that holds one of these records; gives how many."""
    rows = await connection.fetch("SELECT DISTINCT export_id FROM export_parts WHERE worker_ids && $1", worker_ids)
    await _remove(connection, [row["export_id"] for row in rows])
    return len(rows)


async def _remove(connection: Connection, export_ids: Sequence[UUID]) -> None:
    await connection.execute("DELETE FROM export_parts WHERE export_id = ANY($1)", export_ids)
    await connection.execute("DELETE FROM exports WHERE id = ANY($1)", export_ids)


def _place(export_id: UUID, part: int) -> str:
    return f"export_parts.sealed:{export_id}:{part}"


SEALED: Final = (
    SealedColumn("export_parts", "sealed", _renewed, {"export_id": "uuid", "part": "int"}),
    SealedColumn("exports", "position", in_place(_POSITION)),
)
