"""Exports as whoever asked for them sees them, the rows that go into one, and those that may still be shown."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import upper_bound
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.exports import Export
from sangathan_registry.queries import list_workers
from sangathan_registry.store.exports import COLUMNS, export_of, open_part

# Under the one appointment alone: what one office may see says nothing about another of the same person.
_OWN: Final = f"""
SELECT {COLUMNS} FROM exports
WHERE path >= $1 AND path < $2 AND asked_by = $3 AND appointment_id = $4 AND expires_at > $5
"""  # noqa: S608 - constants.
_ONE: Final = _OWN + " AND id = $6"
_LIST: Final = _OWN + " AND ($6::uuid IS NULL OR id < $6) ORDER BY id DESC LIMIT $7"
_PART: Final = "SELECT sealed FROM export_parts WHERE export_id = $1 AND part = $2"
_WITHIN: Final = "FROM workers WHERE id = ANY($1) AND path >= $2 AND path < $3 AND status = $4"
_STILL: Final = f"SELECT id {_WITHIN}"
WHOLE: Final = f"SELECT {list_workers.COLUMNS} {_WITHIN} ORDER BY path, name_key, id"
_UNITS: Final = "SELECT unit_id, name_hi, name_en FROM unit_replica WHERE unit_id = ANY($1)"

Rows = list[Mapping[str, Any]]


class PartGone(Exception):  # noqa: N818 - the download breaks off, and nobody takes what came for the whole.
    """The export was removed while it was being fetched."""


async def find_export(connection: Connection, caller: Caller, now: Any, export_id: UUID) -> Export | None:
    """The caller's own export."""
    row = await connection.fetchrow(_ONE, *_own(caller, now), export_id)
    return None if row is None else export_of(row)


async def list_exports(connection: Connection, caller: Caller, now: Any, page: tuple[UUID | None, int]) -> list[Export]:
    """The caller's own exports, newest first, from before the first of ``page`` on: so many, and one more."""
    return [export_of(row) for row in await connection.fetch(_LIST, *_own(caller, now), page[0], page[1] + 1)]


async def read_part(connection: Connection, sealer: Sealer, export: Export, part: int) -> Rows:
    """The rows of a page whose records are on record below the export's unit yet; raises PartGone."""
    sealed = await connection.fetchval(_PART, export.id, part)
    if sealed is None:
        raise PartGone
    rows = open_part(sealer, export.id, part, sealed)
    ids = [UUID(row["id"]) for row in rows]
    still = {str(row["id"]) for row in await connection.fetch(_STILL, ids, *_within(export))}
    return [row for row in rows if row["id"] in still]


async def read_listed(connection: Connection, export: Export, ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """Those of the records that are on record below the export's unit yet, as they are now."""
    return list(await connection.fetch(WHOLE, ids, *_within(export)))


async def unit_names(connection: Connection, unit_ids: Sequence[UUID]) -> dict[str, tuple[str, str]]:
    """The names of these units in both languages, by id."""
    rows = await connection.fetch(_UNITS, unit_ids)
    return {str(row["unit_id"]): (row["name_hi"], row["name_en"]) for row in rows}


def _within(export: Export) -> tuple[str, str, str]:
    return (export.path, upper_bound(export.path), export.status)


def _own(caller: Caller, now: Any) -> tuple[Any, ...]:
    return (caller.scope.lo, caller.scope.hi, caller.person, caller.appointment_id, now)
