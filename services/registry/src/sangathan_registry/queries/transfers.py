"""Transfers to or from units of a scope, with as much of the worker as each side may know, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Work
from sangathan_chassis.scope import Scope
from sangathan_registry.domain.transfers import Transfer, may_name
from sangathan_registry.domain.units_above import above
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store.transfers import COLUMNS, transfer_of

_SEEN = f"""
SELECT {", ".join(f"t.{name}" for name in COLUMNS.split(", "))}, w.name_hi, w.name_en, w.path AS worker_path,
    f.name_hi AS from_hi, f.name_en AS from_en, g.name_hi AS to_hi, g.name_en AS to_en
FROM transfers t LEFT JOIN workers w ON w.id = t.worker_id AND w.status = 'active'
    JOIN unit_replica f ON f.unit_id = t.unit_id JOIN unit_replica g ON g.unit_id = t.to_unit_id
WHERE ((t.path >= $1 AND t.path < $2) OR (t.to_path >= $1 AND t.to_path < $2))
"""  # noqa: S608 - constants.
_WAITS = "(t.state = 'asked' AND t.lapses_at > $4)"
_LIST = f"{_SEEN} AND ($3::uuid IS NULL OR t.id < $3) AND (NOT $5 OR {_WAITS}) ORDER BY t.id DESC LIMIT $6"
_OWN = f"{_SEEN} AND t.worker_id = ANY($3) ORDER BY t.id DESC LIMIT 50"
_ONE = f"{_SEEN} AND t.id = $3"
_LEVELS = "SELECT level FROM unit_replica WHERE path = ANY($1) ORDER BY length(path)"
_BY_NUMBER = """
SELECT c.worker_id FROM cards c JOIN workers w ON w.id = c.worker_id AND w.status = 'active'
WHERE c.number = $1 AND c.ended_at IS NULL LIMIT 2
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A transfer as somebody of one side sees it: without names and id of a worker whom they are not told of."""

    transfer: Transfer
    worker_id: UUID | None
    name_hi: str | None
    name_en: str | None
    from_names: tuple[str, str]
    to_names: tuple[str, str]


@dataclass(frozen=True, slots=True)
class ListTransfers:
    """Which transfers: of a scope, before another in time, and of these all or those that wait."""

    scope: Scope
    before: UUID | None
    waiting: bool
    limit: int


async def list_transfers(work: Work, query: ListTransfers) -> Sequence[Seen]:
    """Up to ``limit`` transfers and one more; who may be named is said by the caller's whole scope."""
    own, scope = work.scope, query.scope
    async with beyond_scope(work):
        rows = await work.raw.fetch(_LIST, scope.lo, scope.hi, query.before, work.now, query.waiting, query.limit + 1)
    return [_seen(own, work.now, row) for row in rows]


async def find_transfer(work: Work, transfer_id: UUID) -> Seen | None:
    """One transfer, as the work's own scope sees it."""
    own = work.scope
    async with beyond_scope(work):
        row = await work.raw.fetchrow(_ONE, own.lo, own.hi, transfer_id)
    return None if row is None else _seen(own, work.now, row)


async def own_transfers(work: Work, worker_ids: Sequence[UUID]) -> Sequence[Seen]:
    """The latest 50 of a person's own records; call it within `beyond_scope`, which hides nothing from them."""
    rows = await work.raw.fetch(_OWN, work.scope.lo, work.scope.hi, list(worker_ids))
    return [_seen(work.scope, work.now, row) for row in rows]


async def levels_above_both(work: Work, path: str, to_path: str) -> list[str]:
    """The levels of the units that hold both, the highest first."""
    both = [one for one in above(path) if to_path.startswith(one)]
    return [row["level"] for row in await work.raw.fetch(_LEVELS, both)]


async def workers_by_number(work: Work, number: str) -> list[UUID]:
    """Who carries a card with this membership number that has not ended; call it within `beyond_scope`."""
    return [row["worker_id"] for row in await work.raw.fetch(_BY_NUMBER, number)]


def _seen(own: Scope, now: datetime, row: asyncpg.Record) -> Seen:
    transfer = transfer_of(row)
    named = may_name(own.contains, transfer, now, row["worker_path"])
    return Seen(
        transfer,
        transfer.worker_id if named else None,
        row["name_hi"] if named else None,
        row["name_en"] if named else None,
        (row["from_hi"], row["from_en"]),
        (row["to_hi"], row["to_en"]),
    )
