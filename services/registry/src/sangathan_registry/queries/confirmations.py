"""Who has confirmed what they agreed to: what a person is shown, who is still to, and how many of each unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope

_SHOWN: Final = """
SELECT w.name_hi, w.name_en, u.name_hi AS unit_hi, u.name_en AS unit_en, w.captured_at
FROM workers w JOIN unit_replica u ON u.unit_id = w.unit_id WHERE w.id = $1
"""
_AGREED: Final = """
SELECT purpose, notice_version, language, how, given_at, confirmed_at FROM consents
WHERE worker_id = $1 AND withdrawn_at IS NULL ORDER BY purpose <> 'membership', purpose
"""
_OPEN: Final = """
SELECT c.worker_id, c.path, w.unit_id, w.captured_by, c.state, c.reason, c.asked_at, c.sent_at, c.sends
FROM confirmations c JOIN workers w ON w.id = c.worker_id
WHERE c.path >= $1 AND c.path < $2 AND c.state <> 'confirmed' AND c.state = ANY($3::text[])
    AND (c.path, c.worker_id) > ($4, $5) ORDER BY c.path, c.worker_id LIMIT $6
"""
# As for the numbers of workers: what was folded plus what still waits, the range outside the plan.
_COUNTS: Final = """
SELECT u.unit_id, u.level, u.name_hi, u.name_en, s.state,
    coalesce((SELECT c.records FROM confirmation_counts c WHERE c.path = u.path AND c.state = s.state), 0)
    + coalesce((SELECT sum(d.delta) FROM confirmation_deltas d
        WHERE d.path >= u.path AND d.path < rtrim(u.path, '.') || '/' AND d.state = s.state), 0) AS records
FROM (
    SELECT * FROM unit_replica WHERE unit_id = $1
    UNION ALL SELECT * FROM unit_replica WHERE parent_id = $1 AND closed_at IS NULL
    OFFSET 0
) AS u, unnest($4::text[]) AS s (state)
WHERE u.path >= $2 AND u.path < $3 ORDER BY u.path
"""
_RENOTICES: Final = """
SELECT r.worker_id, r.path, w.unit_id, r.version, r.state, r.reason, r.due_at, r.sent_at, r.sends
FROM renotices r JOIN workers w ON w.id = r.worker_id
WHERE r.path >= $1 AND r.path < $2 AND r.state = ANY($3::text[]) AND (r.path, r.worker_id) > ($4, $5)
ORDER BY r.path, r.worker_id LIMIT $6
"""
# Kept for the unit and all above it, each under its own id.
_HELD_BACK: Final = """
SELECT unit_id, day, held_back FROM code_tallies WHERE day = ANY($1::date[]) AND unit_id = ANY($2)
"""
STATES: Final = ("waiting", "sent", "unreached", "confirmed", "denied")
UNCONFIRMED: Final = ("waiting", "sent", "unreached")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person is shown of a record before they confirm it: the name still whole."""

    names: tuple[str | None, str | None]
    unit: tuple[str, str]
    captured_at: datetime
    agreed: Sequence[asyncpg.Record]


@dataclass(frozen=True, slots=True)
class Position:
    """Where the next page begins."""

    path: str
    worker_id: UUID


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A unit and how many records in it and below stand at each state."""

    unit_id: UUID
    level: str
    name_hi: str
    name_en: str
    records: Mapping[str, int]
    held_back: tuple[int, int]
    """Codes that were asked for and did not go out, since the day's were used up: today's and yesterday's."""


async def show(connection: Connection, worker_id: UUID) -> Shown:
    """What stands on a record that is on record."""
    row = await connection.fetchrow(_SHOWN, worker_id)
    if row is None:
        raise LookupError
    agreed = await connection.fetch(_AGREED, worker_id)
    return Shown((row["name_hi"], row["name_en"]), (row["unit_hi"], row["unit_en"]), row["captured_at"], list(agreed))


async def list_unconfirmed(
    connection: Connection, scope: Scope, *, states: Sequence[str], after: Position | None, limit: int
) -> list[asyncpg.Record]:
    """Up to ``limit`` records whose person has not confirmed, and one more, by place."""
    at = after or Position("", UUID(int=0))
    rows = await connection.fetch(_OPEN, scope.lo, scope.hi, list(states), at.path, at.worker_id, limit + 1)
    return list(rows)


async def list_renotices(
    connection: Connection, scope: Scope, *, states: Sequence[str], after: Position | None, limit: int
) -> list[asyncpg.Record]:
    """Up to ``limit`` records of whom it is to be told of the notice in force, and one more, by place."""
    at = after or Position("", UUID(int=0))
    rows = await connection.fetch(_RENOTICES, scope.lo, scope.hi, list(states), at.path, at.worker_id, limit + 1)
    return list(rows)


async def get_confirmation_counts(
    connection: Connection, scope: Scope, unit_id: UUID, *, today: date
) -> tuple[Confirmed, list[Confirmed]]:
    """The unit's numbers and those right below it; raises a not-found refusal outside the scope."""
    rows = await connection.fetch(_COUNTS, unit_id, scope.lo, scope.hi, list(STATES))
    units: dict[UUID, asyncpg.Record] = {row["unit_id"]: row for row in rows}
    if unit_id not in units:
        raise Refusal(NOT_FOUND)
    numbers: dict[UUID, dict[str, int]] = {one: {} for one in units}
    for row in rows:
        numbers[row["unit_id"]][row["state"]] = int(row["records"])
    days = (today, today - timedelta(days=1))
    held = {
        (row["unit_id"], row["day"]): row["held_back"] for row in await connection.fetch(_HELD_BACK, days, list(units))
    }
    found = {
        one: Confirmed(
            *(one, row["level"], row["name_hi"], row["name_en"], numbers[one]),
            (held.get((one, days[0]), 0), held.get((one, days[1]), 0)),
        )
        for one, row in units.items()
    }
    return found.pop(unit_id), list(found.values())
