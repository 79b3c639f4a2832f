"""Cases within a scope: a page of them, and all that belongs to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_registry.store.cases import open_note, open_statement

_PAGE = """
SELECT id, reference, unit_id, source, status, outcome, happened_on, opened_at, changed_at FROM cases
WHERE path >= $1 AND path < $2 AND ($3::text IS NULL OR status = $3) AND ($4::uuid IS NULL OR id < $4)
ORDER BY id DESC LIMIT $5
"""
_STEPS = "SELECT kind, outcome, note, person_id, office, at FROM case_steps WHERE case_id = $1 ORDER BY id LIMIT 500"
_EVIDENCE = """
SELECT id, media_type, size, sha256, added_by, added_at FROM case_evidence WHERE case_id = $1 ORDER BY id
"""
_STATEMENTS = """
SELECT id, kind, issued_by, issued_at, replaced_at FROM case_statements WHERE case_id = $1 ORDER BY id DESC LIMIT 50
"""
_STATEMENT = """
SELECT id, case_id, unit_id, path, kind, statement, issued_at, replaced_at FROM case_statements
WHERE id = $1 AND path >= $2 AND path < $3
"""


@dataclass(frozen=True, slots=True)
class Whole:
    """What belongs to a case: its steps in order, its evidence, and its statements, newest first."""

    steps: Sequence[asyncpg.Record]
    evidence: Sequence[asyncpg.Record]
    statements: Sequence[asyncpg.Record]


async def list_cases(
    connection: Connection, scope: Scope, *, status: str | None, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Up to ``limit`` cases and one more, newest first."""
    return list(await connection.fetch(_PAGE, scope.lo, scope.hi, status, before, limit + 1))


async def whole_case(connection: Connection, case_id: UUID) -> Whole:
    """All that belongs to a case which has been found inside the scope."""
    tables = [await connection.fetch(sql, case_id) for sql in (_STEPS, _EVIDENCE, _STATEMENTS)]
    return Whole(*tables)


async def find_statement(connection: Connection, scope: Scope, statement_id: UUID) -> asyncpg.Record | None:
    """One statement with where it stands, still sealed."""
    return await connection.fetchrow(_STATEMENT, statement_id, scope.lo, scope.hi)


def note_in(sealer: Sealer, row: asyncpg.Record) -> str | None:
    """The note of a step."""
    return open_note(sealer, row["note"])


def statement_in(sealer: Sealer, row: asyncpg.Record) -> str | None:
    """The statement in a row, as it was signed."""
    return open_statement(sealer, row["statement"])
