"""The statements of denials: a record that somebody says is not about them waits, sealed, for a decision."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_registry.domain.grievances import Decision
from sangathan_registry.domain.worker import Worker

_PUT: Final = """
INSERT INTO denials (id, grievance_id, worker_id, record_ids, unit_id, path, recorded_unit_id, captured_by, sealed,
    denied_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
# Whom a link belongs to, be it that they have said so before.
_BY_LINK: Final = """
SELECT c.worker_id, c.state, g.reference, g.due_at FROM confirmations c
LEFT JOIN denials d ON d.worker_id = c.worker_id AND d.decision IS NULL LEFT JOIN grievances g ON g.id = d.grievance_id
WHERE c.link_hash = $1 AND c.link_until > $2
"""


@dataclass(frozen=True, slots=True)
class Denial:
    """What is held: the records, sealed, and the grievance at the unit above that decides."""

    grievance_id: UUID
    unit: tuple[UUID, str]
    record_ids: list[UUID]
    sealed: bytes


async def put(work: Work, worker: Worker, denial: Denial) -> None:
    """Keeps what is held."""
    await work.raw.execute(
        _PUT,
        *(uuid7(), denial.grievance_id, worker.id, denial.record_ids, *denial.unit),
        *(worker.unit_id, worker.captured_by, denial.sealed, work.now),
    )


async def by_link(work: Work, link_hash: bytes) -> asyncpg.Record | None:
    """The record that a good link leads to, and the grievance if it was denied before."""
    return await work.raw.fetchrow(_BY_LINK, link_hash, work.now)


async def waiting(work: Work, grievance_id: UUID) -> asyncpg.Record | None:
    """What waits with a grievance, locked."""
    return await work.raw.fetchrow(
        "SELECT * FROM denials WHERE grievance_id = $1 AND decision IS NULL AND path >= $2 AND path < $3 FOR UPDATE",
        *(grievance_id, work.scope.lo, work.scope.hi),
    )


async def decide(work: Work, grievance_id: UUID, decision: Decision, by: UUID) -> None:
    """Keeps the decision, and nothing of the record."""
    await work.raw.execute(
        "UPDATE denials SET sealed = NULL, decision = $2, decided_by = $3, decided_at = $4 WHERE grievance_id = $1",
        *(grievance_id, decision, by, work.now),
    )
