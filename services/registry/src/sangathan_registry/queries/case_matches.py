"""What the records hold beside a claim: people of a like name, holders of the claimed office, other claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope, upper_bound
from sangathan_chassis.sealing import Sealer
from sangathan_names.evidence import Evidence, Person, weigh
from sangathan_names.likeness import likeness_of
from sangathan_names.sounds import name_keys, sounds
from sangathan_registry.domain.cases import Case
from sangathan_registry.queries.find_by_keys import find_by_keys
from sangathan_registry.queries.find_worker import find_active_workers
from sangathan_registry.queries.phones import sealed_of

MOST: Final = 20
_HELD: Final = """
SELECT a.person_id, a.office, a.valid_from, u.unit_id, u.path, u.name_hi AS unit_hi, u.name_en AS unit_en,
    w.id AS worker_id, w.unit_id AS worker_unit_id, w.path AS worker_path, w.name_hi, w.name_en
FROM appointment_replica a JOIN unit_replica u ON u.unit_id = a.unit_id
LEFT JOIN workers w ON w.person_id = a.person_id AND w.status = 'active'
WHERE a.office = $1 AND u.path >= $2 AND u.path < $3 AND a.valid_from <= $4 AND (a.valid_to IS NULL OR a.valid_to > $4)
    AND a.ended_at IS NULL AND a.delegated_from IS NULL
ORDER BY u.path, a.appointment_id LIMIT $5
"""
_SAME_PHONE: Final = """
SELECT id, reference, unit_id, status, outcome, opened_at FROM cases
WHERE phone_index = $1 AND id <> $2 AND path >= $3 AND path < $4 ORDER BY id DESC LIMIT $5
"""


@dataclass(frozen=True, slots=True)
class Alike:
    """A worker whose name is like the claimed one, with what speaks for the same person."""

    row: asyncpg.Record
    evidence: Evidence


async def alike_in(connection: Connection, sealer: Sealer, scope: Scope, case: Case) -> list[Alike]:
    """The likeliest workers inside the scope, at most 20; none when no name was claimed."""
    name = case.told.name
    if not name_keys(name):
        return []
    claimed = Person(names=(sounds(name or ""),), phone=_bytes(case.told.phone), place=places(case.path))
    near = await find_by_keys(connection, scope, name_keys(name), captured_by=None)
    found = await find_active_workers(connection, scope, [row["id"] for row in near])
    weighed = [Alike(row, weigh(claimed, _person(sealer, row))) for row in found]
    return sorted((one for one in weighed if one.evidence.name > 0), key=lambda one: -one.evidence.bits)[:MOST]


async def alike_names_at(connection: Connection, scope: Scope, name: str) -> float:
    """How alike the likeliest name on record inside the scope is, from 0 to 1."""
    rows = await find_by_keys(connection, scope, name_keys(name), captured_by=None)
    return max((likeness_to(name, row) or 0.0 for row in rows), default=0.0)


async def holders_of(connection: Connection, path: str, office: str, at: datetime) -> Sequence[asyncpg.Record]:
    """Who holds the office at the unit or beneath it, with the record that the scope shows of them, at most 20."""
    return await connection.fetch(_HELD, office, path, upper_bound(path), at, MOST)


async def cases_with_phone(connection: Connection, scope: Scope, case: Case) -> Sequence[asyncpg.Record]:
    """Other cases inside the scope in which the same number was claimed."""
    if case.phone_index is None:
        return []
    return await connection.fetch(_SAME_PHONE, case.phone_index, case.id, scope.lo, scope.hi, MOST)


def likeness_to(claimed: str | None, row: asyncpg.Record) -> float | None:
    """How alike a holder's name is to the claimed one; None when either is not known."""
    names = [name for name in (row["name_hi"], row["name_en"]) if name]
    if claimed is None or not names:
        return None
    return max(likeness_of(sounds(claimed), sounds(name)) for name in names)


def places(path: str) -> tuple[str, ...]:
    """The unit's path and the two above it, from below."""
    codes = path.rstrip(".").split(".")
    return tuple(".".join(codes[:depth]) for depth in range(len(codes), max(0, len(codes) - 3), -1))


def _bytes(phone: str | None) -> bytes | None:
    return None if phone is None else phone.encode()


def _person(sealer: Sealer, row: asyncpg.Record) -> Person:
    return Person(
        names=tuple(sounds(name) for name in (row["name_hi"], row["name_en"]) if name),
        phone=_bytes(sealed_of(sealer, row).phone),
        gender=row["gender"],
        place=places(row["path"]),
    )
