"""The statements that keep grievances; what was told and answered is sealed, and bound to where it stands."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.database import Work
from sangathan_chassis.resealing import SealedColumn, in_place
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.grievances import Grievance

COLUMNS: Final = (
    "id, reference, unit_id, path, kind, source, status, worker_id, person_id, told, answer, outcome, opened_at,"
    " due_at, escalations, answered_at, answered_by, version"
)
_TOLD: Final = "grievances.told"
_ANSWER: Final = "grievances.answer"
SEALED: Final = (
    SealedColumn("grievances", "told", in_place(_TOLD)),
    SealedColumn("grievances", "answer", in_place(_ANSWER)),
)
"""What is sealed here, to be renewed when the key is."""
_PUT: Final = """
INSERT INTO grievances (id, reference, unit_id, path, kind, source, status, worker_id, person_id, told, opened_at,
    due_at, version, next_at, secret_hash)
VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11, 1, $12, $13)
"""
_FIND: Final = f"SELECT {COLUMNS} FROM grievances WHERE id = $1 AND path >= $2 AND path < $3"  # noqa: S608 - constants.
_DUE: Final = f"""
SELECT {COLUMNS} FROM grievances WHERE status = 'open' AND next_at <= $1 ORDER BY next_at LIMIT $2
FOR UPDATE SKIP LOCKED
"""  # noqa: S608
_ANSWERED: Final = """
UPDATE grievances SET status = 'answered', answer = $2, outcome = $3, answered_at = $4, answered_by = $5,
    version = version + 1 WHERE id = $1
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer in one language or both, what was decided if anything was to be, and who says so."""

    answer: dict[str, str]
    outcome: str | None
    by: UUID


def secret_hash(reference: str, secret: str) -> bytes:
    """The hash that a grievance's secret is known by."""
    return hashlib.sha256(f"{reference}:{secret}".encode()).digest()


def grievance_of(sealer: Sealer, row: asyncpg.Record) -> Grievance:
    """The grievance in a row."""
    values: dict[str, Any] = {name: row[name] for name in COLUMNS.split(", ")}
    values["told"] = None if row["told"] is None else sealer.open(row["told"], place=_TOLD)
    answer = None if row["answer"] is None else sealer.open(row["answer"], place=_ANSWER)
    values["answer"] = None if answer is None else msgspec.json.decode(answer, type=dict[str, str])
    return Grievance(**values)


async def put(work: Work, sealer: Sealer, grievance: Grievance, clockwork: tuple[datetime, str]) -> None:
    """Keeps a new grievance, with when it is looked at first and the secret that reads it."""
    next_at, secret = clockwork
    told = None if grievance.told is None else sealer.seal(grievance.told, place=_TOLD)
    before = ("id", "reference", "unit_id", "path", "kind", "source", "worker_id", "person_id")
    await work.raw.execute(
        _PUT,
        *(getattr(grievance, name) for name in before),
        *(told, grievance.opened_at, grievance.due_at, next_at, secret_hash(grievance.reference, secret)),
    )


async def find(work: Work, sealer: Sealer, grievance_id: UUID, *, lock: bool = False) -> Grievance | None:
    """The grievance, locked if it is to change; None when there is none inside the scope."""
    row = await work.raw.fetchrow(_FIND + (" FOR UPDATE" if lock else ""), grievance_id, work.scope.lo, work.scope.hi)
    return None if row is None else grievance_of(sealer, row)


async def due(work: Work, sealer: Sealer, most: int) -> list[Grievance]:
    """Open ones that are to be looked at now, locked."""
    return [grievance_of(sealer, row) for row in await work.raw.fetch(_DUE, work.now, most)]


async def look_again(work: Work, grievance_id: UUID, at: datetime) -> None:
    """It is looked at then."""
    await work.raw.execute("UPDATE grievances SET next_at = $2 WHERE id = $1", grievance_id, at)


async def escalate(work: Work, grievance_id: UUID, unit: tuple[UUID, str], at: datetime) -> None:
    """It goes to another unit, and is looked at again then; what is held with it goes along."""
    await work.raw.execute(
        "UPDATE grievances SET unit_id = $2, path = $3, next_at = $4, escalations = escalations + 1,"
        " version = version + 1 WHERE id = $1",
        *(grievance_id, *unit, at),
    )
    await work.raw.execute("UPDATE denials SET unit_id = $2, path = $3 WHERE grievance_id = $1", grievance_id, *unit)


async def answer(work: Work, sealer: Sealer, grievance_id: UUID, answered: Answered) -> None:
    """Keeps the answer."""
    sealed = sealer.seal(msgspec.json.encode(answered.answer).decode(), place=_ANSWER)
    await work.raw.execute(_ANSWERED, grievance_id, sealed, answered.outcome, work.now, answered.by)
