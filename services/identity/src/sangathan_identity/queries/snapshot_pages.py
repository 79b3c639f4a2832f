"""The whole tree with its appointments and revocations, in pages of one database snapshot, for replicas."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_contracts.identity import AppointmentState, SnapshotPage, SplitOff, UnitState
from sangathan_identity.domain.sessions import ENDS_REMEMBERED

# A unit with two names of 200 Devanagari letters takes some 1,600 bytes: a page stays below NATS's limit of 1 MB.
PAGE_ROWS = 500
_FIRST_ID = UUID(int=0)


async def snapshot_pages(connection: Connection, now: datetime) -> AsyncIterator[SnapshotPage]:
    """Yields every page, the last one marked; needs a repeatable-read transaction with the scope of everything."""
    version: int = await connection.fetchval("SELECT version FROM tree_state")
    async for rows in _pages(
        connection,
        "SELECT id AS unit_id, parent_id, level, code, path, name_hi, name_en, version, closed_at FROM units"
        " WHERE path > $1 ORDER BY path LIMIT $2",
        ("path", ""),
    ):
        yield SnapshotPage(tree_version=version, units=tuple(UnitState(**row) for row in rows))
    async for rows in _pages(
        connection,
        "SELECT id, successor_id FROM units WHERE successor_id IS NOT NULL AND id > $1 ORDER BY id LIMIT $2",
        ("id", _FIRST_ID),
    ):
        yield SnapshotPage(tree_version=version, successors=tuple((row["id"], row["successor_id"]) for row in rows))
    async for page in _splits(connection, version):
        yield page
    async for rows in _pages(
        connection,
        "SELECT id AS appointment_id, person_id, office, unit_id, valid_from, valid_to, version, ended_at,"
        " delegated_from, actions, acting, client_id FROM appointments WHERE id > $1 ORDER BY id LIMIT $2",
        ("appointment_id", _FIRST_ID),
    ):
        yield SnapshotPage(tree_version=version, appointments=tuple(AppointmentState(**row) for row in rows))
    async for rows in _pages(
        connection,
        "SELECT id FROM persons WHERE suspended_at IS NOT NULL AND id > $1 ORDER BY id LIMIT $2",
        ("id", _FIRST_ID),
    ):
        yield SnapshotPage(tree_version=version, suspended=tuple(row["id"] for row in rows))
    async for page in _ended_sessions(connection, version, now - ENDS_REMEMBERED):
        yield page
    yield SnapshotPage(tree_version=version, last=True)


async def _splits(connection: Connection, version: int) -> AsyncIterator[SnapshotPage]:
    """Each split, oldest first; one that named more workers than a page holds is told in several parts."""
    made = await connection.fetch(
        "SELECT created_id, unit_id, split_at FROM split_workers GROUP BY 1, 2, 3 ORDER BY split_at, created_id"
    )
    for split in made:
        async for rows in _pages(
            connection,
            "SELECT worker_id FROM split_workers WHERE created_id = $3 AND worker_id > $1 ORDER BY worker_id LIMIT $2",
            ("worker_id", _FIRST_ID),
            split["created_id"],
        ):
            part = SplitOff(**split, worker_ids=tuple(row["worker_id"] for row in rows))
            yield SnapshotPage(tree_version=version, splits=(part,))


async def _ended_sessions(connection: Connection, version: int, since: datetime) -> AsyncIterator[SnapshotPage]:
    rows = await connection.fetch(
        "SELECT id FROM sessions WHERE ended_at > $1 UNION ALL SELECT id FROM service_tokens WHERE ended_at > $1", since
    )
    for start in range(0, len(rows), PAGE_ROWS * 10):
        ids = tuple(row["id"] for row in rows[start : start + PAGE_ROWS * 10])
        yield SnapshotPage(tree_version=version, ended_sessions=ids)


async def _pages(
    connection: Connection, statement: str, start: tuple[str, Any], *more: Any
) -> AsyncIterator[Sequence[asyncpg.Record]]:
    """Keyset pages of one statement; ``start`` is the column that orders it and the value before the first."""
    column, after = start
    while rows := await connection.fetch(statement, after, PAGE_ROWS, *more):
        yield rows
        if len(rows) < PAGE_ROWS:
            return
        after = rows[-1][column]
