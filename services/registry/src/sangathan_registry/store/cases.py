"""The statements that keep cases; what was claimed, noted or stated is sealed, and bound to where it stands."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.resealing import SealedColumn, in_place
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.cases import Case, CaseStatus, Claim, Outcome, StatementKind, StepKind

COLUMNS: Final = (
    "id, reference, unit_id, path, source, status, outcome, claim, phone_index, happened_on, worker_id, opened_by,"
    " opened_at, changed_at, decided_at, version"
)
_CLAIM: Final = "cases.claim"
_CONTACT: Final = "cases.contact"
_NOTE: Final = "case_steps.note"
_STATEMENT: Final = "case_statements.statement"
_FIND: Final = f"SELECT {COLUMNS} FROM cases WHERE id = $1 AND path >= $2 AND path < $3"  # noqa: S608 - constants.
_REPORTED: Final = f"""
SELECT {COLUMNS} FROM cases WHERE reference = $1 AND source = 'public' AND status <> 'decided' AND opened_at > $2
    AND path >= $3 AND path < $4 FOR UPDATE
"""  # noqa: S608 - constants.
_PUT: Final = f"""
INSERT INTO cases ({COLUMNS}, contact)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
"""  # noqa: S608 - constants.
_SAVE: Final = """
UPDATE cases SET unit_id = $2, path = $3, status = $4, outcome = $5, worker_id = $6, decided_at = $7, changed_at = $8,
    version = $9 WHERE id = $1
"""
_STEP: Final = """
INSERT INTO case_steps (id, case_id, unit_id, path, kind, outcome, note, person_id, office, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_STATE: Final = """
INSERT INTO case_statements (id, case_id, unit_id, path, kind, statement, worker_id, issued_by, issued_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""

SEALED: Final = (
    SealedColumn("cases", "claim", in_place(_CLAIM)),
    SealedColumn("cases", "contact", in_place(_CONTACT)),
    SealedColumn("case_steps", "note", in_place(_NOTE)),
    SealedColumn("case_statements", "statement", in_place(_STATEMENT)),
)
"""What is sealed here, to be renewed when the key is."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that somebody took; the public has neither person nor office."""

    kind: StepKind
    person_id: UUID | None
    office: str
    note: str | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement to keep: its id stands in what was signed."""

    id: UUID
    kind: StatementKind
    statement: str
    worker_id: UUID | None
    by: UUID


def case_of(sealer: Sealer, row: asyncpg.Record) -> Case:
    """The case in a row."""
    claim = None if row["claim"] is None else sealer.open(row["claim"], place=_CLAIM)
    values = dict(row)
    values["claim"] = None if claim is None else msgspec.json.decode(claim, type=Claim)
    values["status"] = CaseStatus(row["status"])
    values["outcome"] = Outcome(row["outcome"]) if row["outcome"] else None
    return Case(**values)


async def find(work: Work, sealer: Sealer, case_id: UUID) -> Case | None:
    """The case, or None when there is none inside the scope."""
    row = await work.raw.fetchrow(_FIND, case_id, work.scope.lo, work.scope.hi)
    return None if row is None else case_of(sealer, row)


async def find_for_change(work: Work, sealer: Sealer, case_id: UUID) -> Case | None:
    """The same, locked until this work ends."""
    row = await work.raw.fetchrow(_FIND + " FOR UPDATE", case_id, work.scope.lo, work.scope.hi)
    return None if row is None else case_of(sealer, row)


async def find_reported(work: Work, sealer: Sealer, reference: str, since: datetime) -> Case | None:
    """A case that the public has reported since then and nobody has decided, locked; as far as the scope reaches."""
    row = await work.raw.fetchrow(_REPORTED, reference, since, work.scope.lo, work.scope.hi)
    return None if row is None else case_of(sealer, row)


async def put(work: Work, sealer: Sealer, case: Case, contact: str | None = None) -> None:
    """Keeps a new case."""
    claim = msgspec.json.encode(asdict(case.told)).decode()
    values = [getattr(case, name) for name in COLUMNS.split(", ")]
    values[7] = sealer.seal(claim, place=_CLAIM)
    sealed_contact = None if contact is None else sealer.seal(contact, place=_CONTACT)
    await work.raw.execute(_PUT, *values, sealed_contact)


async def save(work: Work, case: Case) -> None:
    """Keeps what has changed of a case."""
    changing = (case.unit_id, case.path, case.status, case.outcome, case.worker_id, case.decided_at, case.changed_at)
    await work.raw.execute(_SAVE, case.id, *changing, case.version)


async def carry(work: Work, case: Case) -> None:
    """Lets all that belongs to a case follow it to its unit."""
    for table in ("case_steps", "case_evidence", "case_statements"):
        await work.raw.execute(
            f"UPDATE {table} SET unit_id = $2, path = $3 WHERE case_id = $1",  # noqa: S608 - constants.
            case.id,
            case.unit_id,
            case.path,
        )


async def add_step(work: Work, sealer: Sealer, case: Case, taken: Taken) -> None:
    """Keeps that somebody took a step."""
    note = None if taken.note is None else sealer.seal(taken.note, place=_NOTE)
    place = (uuid7(), case.id, case.unit_id, case.path)
    await work.raw.execute(_STEP, *place, taken.kind, taken.outcome, note, taken.person_id, taken.office, work.now)


async def add_statement(work: Work, sealer: Sealer, case: Case, stated: Stated) -> None:
    """Keeps a signed statement."""
    sealed = sealer.seal(stated.statement, place=_STATEMENT)
    place = (stated.id, case.id, case.unit_id, case.path)
    await work.raw.execute(_STATE, *place, stated.kind, sealed, stated.worker_id, stated.by, work.now)


async def replace_statements(work: Work, case_id: UUID) -> None:
    """No earlier statement about this case stands any more."""
    await work.raw.execute(
        "UPDATE case_statements SET replaced_at = $2 WHERE case_id = $1 AND replaced_at IS NULL", case_id, work.now
    )


async def contact_of(work: Work, sealer: Sealer, case_id: UUID) -> str | None:
    """How to reach who reported the case; None when they did not say."""
    sealed = await work.raw.fetchval("SELECT contact FROM cases WHERE id = $1", case_id)
    return None if sealed is None else sealer.open(sealed, place=_CONTACT)


def open_note(sealer: Sealer, note: bytes | None) -> str | None:
    """A step's note."""
    return None if note is None else sealer.open(note, place=_NOTE)


def open_statement(sealer: Sealer, statement: bytes | None) -> str | None:
    """A statement as it was signed; None once it has been forgotten."""
    return None if statement is None else sealer.open(statement, place=_STATEMENT)


async def forget_workers(connection: Connection, worker_ids: Sequence[UUID]) -> None:
    """No statement names somebody who is withdrawn; that there was one stays, so that it reads as replaced."""
    await connection.execute(
        "UPDATE case_statements SET statement = NULL, replaced_at = coalesce(replaced_at, now())"
        " WHERE worker_id = ANY($1) AND statement IS NOT NULL",
        worker_ids,
    )


async def forget_decided(work: Work, before: datetime, most: int) -> int:
    """Forgets what was claimed, noted, stated and added in cases decided before then; gives how many they were."""
    rows = await work.raw.fetch(
        "UPDATE cases SET claim = NULL, phone_index = NULL, contact = NULL WHERE id IN (SELECT id FROM cases"
        " WHERE decided_at < $1 AND claim IS NOT NULL ORDER BY decided_at LIMIT $2 FOR UPDATE) RETURNING id",
        before,
        most,
    )
    ids = [row["id"] for row in rows]
    await work.raw.execute("UPDATE case_steps SET note = NULL WHERE case_id = ANY($1) AND note IS NOT NULL", ids)
    await work.raw.execute("UPDATE case_statements SET statement = NULL WHERE case_id = ANY($1)", ids)
    await work.raw.execute("DELETE FROM case_evidence WHERE case_id = ANY($1)", ids)
    return len(ids)
