"""What a sheet of assignments is held against, each kind of thing in one statement, within the scope."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_registry.domain.assignment_sheet import Booth, Charge, Held
from sangathan_registry.domain.vistarak import VISTARAK

_BOOTHS = """
SELECT unit_id, path, code, level, closed_at IS NOT NULL AS closed FROM unit_replica
WHERE path >= $3 AND path < $4 AND (path = ANY($1) OR code = ANY($2))
"""
_BY_PHONE = """
SELECT phone_index, person_id FROM workers
WHERE phone_index = ANY($1) AND person_id IS NOT NULL AND status = 'active' AND path >= $2 AND path < $3
"""
_BY_NUMBER = """
SELECT DISTINCT c.number, w.person_id FROM cards c JOIN workers w ON w.id = c.worker_id
WHERE c.number = ANY($1) AND w.person_id IS NOT NULL AND w.status = 'active'
    AND c.path >= $2 AND c.path < $3 AND w.path >= $2 AND w.path < $3
"""
_CHARGES = """
SELECT a.person_id, a.appointment_id, u.path FROM appointment_replica a JOIN unit_replica u USING (unit_id)
WHERE a.person_id = ANY($1) AND a.office = $2 AND a.delegated_from IS NULL AND a.ended_at IS NULL
    AND (a.valid_to IS NULL OR a.valid_to > $3)
ORDER BY a.valid_from DESC
"""
_HELD = """
SELECT person_id, unit_id, valid_from, valid_to FROM assignments
WHERE person_id = ANY($1) AND unit_id = ANY($2) AND path >= $3 AND path < $4
"""


K = TypeVar("K")
V = TypeVar("V")


def _gathered(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    found: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


async def booths(connection: Connection, scope: Scope, named: Iterable[str]) -> dict[str, list[Booth]]:
    """The units in the scope by the paths and codes that are named."""
    names = set(named)
    paths = [name for name in names if "." in name]
    rows = await connection.fetch(_BOOTHS, paths, [name for name in names if "." not in name], scope.lo, scope.hi)
    found: dict[str, list[Booth]] = defaultdict(list)
    for row in rows:
        one = Booth(row["unit_id"], row["path"], row["level"], row["closed"])
        for name in {row["path"], row["code"]} & names:
            found[name].append(one)
    return found


async def people_by_phone(
    connection: Connection, scope: Scope, phones: Mapping[bytes, str]
) -> dict[tuple[str, str], list[UUID]]:
    """Those who can sign in, by the phone on their own record; ``phones`` are numbers by their blind index."""
    rows = await connection.fetch(_BY_PHONE, list(phones), scope.lo, scope.hi)
    return _gathered((("phone", phones[row["phone_index"]]), row["person_id"]) for row in rows)


async def people_by_number(
    connection: Connection, scope: Scope, numbers: Sequence[str]
) -> dict[tuple[str, str], list[UUID]]:
    """Those who can sign in, by the membership number of their own record."""
    rows = await connection.fetch(_BY_NUMBER, numbers, scope.lo, scope.hi)
    return _gathered((("membership_number", row["number"]), row["person_id"]) for row in rows)


async def charges(connection: Connection, people: Sequence[UUID], now: datetime) -> dict[UUID, list[Charge]]:
    """The appointments as vistarak that they hold now or later, the latest first."""
    rows = await connection.fetch(_CHARGES, people, VISTARAK, now)
    return _gathered((row["person_id"], Charge(row["appointment_id"], row["path"])) for row in rows)


async def held(
    connection: Connection, scope: Scope, people: Sequence[UUID], units: Sequence[UUID]
) -> dict[tuple[UUID, UUID], list[Held]]:
    """The assignments that there are, by person and booth."""
    rows = await connection.fetch(_HELD, people, units, scope.lo, scope.hi)
    return _gathered(((row["person_id"], row["unit_id"]), Held(row["valid_from"], row["valid_to"])) for row in rows)
