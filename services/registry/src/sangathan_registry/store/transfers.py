"""The statements that keep transfers, and lock the worker whom one is about: first the worker, then the transfer.

They reach as far as the work's scope does; a transfer concerns two units, so call them within `beyond_scope`.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Work
from sangathan_registry.domain.transfers import AskedBy, Side, State, Transfer
from sangathan_registry.domain.worker import Status

COLUMNS: Final = (
    "id, worker_id, unit_id, path, to_unit_id, to_path, cause, asked_from, asked_by, asked_office, asked_at, lapses_at,"
    " waits_for, state, decided_by, decided_office, decided_at, version"
)
_LOCK_WORKER: Final = """
SELECT id, unit_id, path, status, person_id FROM workers WHERE id = $1 AND path >= $2 AND path < $3 FOR UPDATE
"""
_INSERT: Final = f"""
INSERT INTO transfers ({COLUMNS})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
"""  # noqa: S608 - constants.
_SAVE: Final = """
UPDATE transfers SET state = $2, waits_for = $3, decided_by = $4, decided_office = $5, decided_at = $6, version = $7
WHERE id = $1
"""
_LAPSE: Final = """
UPDATE transfers SET state = 'lapsed', version = version + 1
WHERE worker_id = $1 AND state = 'asked' AND (lapses_at <= $2 OR $3)
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A worker whose record is locked until this work ends, and where it stands."""

    worker_id: UUID
    unit_id: UUID
    path: str
    status: Status
    person_id: UUID | None


async def lock_worker(work: Work, worker_id: UUID) -> Standing | None:
    """The worker, locked; None when there is none inside the scope."""
    row = await work.raw.fetchrow(_LOCK_WORKER, worker_id, work.scope.lo, work.scope.hi)
    if row is None:
        return None
    return Standing(row["id"], row["unit_id"], row["path"], Status(row["status"]), row["person_id"])


def transfer_of(row: asyncpg.Record) -> Transfer:
    """The transfer in a row that has all its columns."""
    values = {name: row[name] for name in COLUMNS.split(", ")}
    values["asked_from"], values["state"] = AskedBy(row["asked_from"]), State(row["state"])
    values["waits_for"] = frozenset(map(Side, row["waits_for"]))
    return Transfer(**values)


async def lock(work: Work, transfer_id: UUID) -> Transfer | None:
    """The transfer, locked; lock its worker first."""
    row = await work.raw.fetchrow(f"SELECT {COLUMNS} FROM transfers WHERE id = $1 FOR UPDATE", transfer_id)  # noqa: S608
    return None if row is None else transfer_of(row)


async def waiting(work: Work, worker_id: UUID, to_unit_id: UUID) -> Transfer | None:
    """The one transfer of the worker to this unit that waits, locked; those whose date has passed are marked so."""
    await work.raw.execute(_LAPSE, worker_id, work.now, False)  # noqa: FBT003 - a parameter of SQL.
    row = await work.raw.fetchrow(
        f"SELECT {COLUMNS} FROM transfers WHERE worker_id = $1 AND to_unit_id = $2 AND state = 'asked' FOR UPDATE",  # noqa: S608
        worker_id,
        to_unit_id,
    )
    return None if row is None else transfer_of(row)


async def own_waiting(work: Work, worker_id: UUID) -> int:
    """How many transfers that the worker themself asked for wait."""
    return int(
        await work.raw.fetchval(
            "SELECT count(*) FROM transfers WHERE worker_id = $1 AND state = 'asked' AND asked_from = 'worker'"
            " AND lapses_at > $2",
            worker_id,
            work.now,
        )
    )


async def insert(work: Work, transfer: Transfer) -> None:
    """Keeps a new transfer."""
    values = {name: getattr(transfer, name) for name in COLUMNS.split(", ")}
    await work.raw.execute(_INSERT, *(values | {"waits_for": sorted(transfer.waits_for)}).values())


async def save(work: Work, transfer: Transfer) -> None:
    """Keeps what has changed of a transfer."""
    decided = (transfer.decided_by, transfer.decided_office, transfer.decided_at)
    await work.raw.execute(_SAVE, transfer.id, transfer.state, sorted(transfer.waits_for), *decided, transfer.version)


async def lapse_others(work: Work, worker_id: UUID) -> None:
    """Whatever else waits for this worker was asked of a unit that has them no more."""
    await work.raw.execute(_LAPSE, worker_id, work.now, True)  # noqa: FBT003 - a parameter of SQL.
