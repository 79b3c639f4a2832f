"""The statements that write assignments."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_registry.domain.assignment_sheet import Made
from sangathan_registry.domain.worker import Place
from sangathan_registry.store.tables import AssignmentRow

_SHEET_LOCK = 7_305_128
_INSERT_MANY = """
INSERT INTO assignments (id, appointment_id, person_id, unit_id, path, valid_from, valid_to, assigned_by, created_at)
SELECT s.*, $8, $9 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[],
    $7::timestamptz[]) AS s
"""


async def insert_assignment(
    work: Work,
    assignment_id: UUID,
    place: Place,
    *,
    appointment_id: UUID,
    person_id: UUID,
    dates: tuple[datetime, datetime | None],
    assigned_by: UUID,
) -> None:
    """Adds an assignment."""
    work.session.add(
        AssignmentRow(
            id=assignment_id,
            appointment_id=appointment_id,
            person_id=person_id,
            unit_id=place.unit_id,
            path=place.path,
            valid_from=dates[0],
            valid_to=dates[1],
            assigned_by=assigned_by,
            created_at=work.now,
        )
    )
    await work.session.flush()


async def insert_assignments(work: Work, made: Sequence[Made], assigned_by: UUID) -> None:
    """Adds many in one statement."""
    rows = [
        (uuid7(), one.appointment_id, one.person_id, one.booth.unit_id, one.booth.path, one.begins, one.ends)
        for one in made
    ]
    await work.raw.execute(_INSERT_MANY, *zip(*rows, strict=True), assigned_by, work.now)


async def one_sheet_at_a_time(work: Work) -> None:
    """Waits until no other sheet is being brought in, so that one sent twice at once is applied once."""
    await work.raw.execute("SELECT pg_advisory_xact_lock($1)", _SHEET_LOCK)


async def lock(work: Work, assignment_id: UUID) -> asyncpg.Record | None:
    """The assignment, locked until this work ends; None when there is none inside the scope."""
    return await work.raw.fetchrow(
        "SELECT * FROM assignments WHERE id = $1 AND path >= $2 AND path < $3 FOR UPDATE",
        assignment_id,
        work.scope.lo,
        work.scope.hi,
    )


async def end(work: Work, assignment_id: UUID, at: datetime, by: UUID) -> asyncpg.Record:
    """The assignment with its new end, and who has set it when."""
    row = await work.raw.fetchrow(
        "UPDATE assignments SET valid_to = $2, ended_by = $3, ended_at = $4 WHERE id = $1 RETURNING *",
        assignment_id,
        at,
        by,
        work.now,
    )
    if row is None:
        raise LookupError
    return row
