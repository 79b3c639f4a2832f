"""The trail: who did or looked up what, under which office, and why. It commits with the act, or the act does not.

Whoever can sign in and is the person on the record is an entry's subject, and reads it wherever the record stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7

_NOTE = """
INSERT INTO audit_entries (id, unit_id, path, worker_id, batch_id, device_id, records,
    at, person_id, appointment_id, office, action, purpose, fields, request_id, subject_id)
SELECT s.*, $8, $9, $10, $11, $12, $13, $14, $15, (SELECT w.person_id FROM workers w WHERE w.id = s.worker_id)
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::int[])
    AS s (id, unit_id, path, worker_id, batch_id, device_id, records)
"""
_PURPOSE = """
SELECT purpose FROM audit_entries
WHERE id = $1 AND worker_id = $2 AND person_id = $3 AND appointment_id IS NOT DISTINCT FROM $4 AND at > $5
    AND outcome = 'done' AND action IN ('worker.cross-check', 'case.read')
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry is about: the unit concerned, and the worker or the batch."""

    unit_id: UUID
    path: str
    worker_id: UUID | None = None
    batch_id: UUID | None = None
    device_id: UUID | None = None
    records: int | None = None


async def note(
    work: Work, caller: Caller, subject: Subject, *, purpose: str | None = None, fields: Sequence[str] | None = None
) -> None:
    """Adds an entry; ``fields`` are the field classes that were shown or the names of those that were changed."""
    await note_all(work, caller, [subject], purpose=purpose, fields=fields)


async def note_all(
    work: Work,
    caller: Caller,
    subjects: Sequence[Subject],
    *,
    purpose: str | None = None,
    fields: Sequence[str] | None = None,
) -> list[UUID]:
    """Adds an entry per subject, and gives their ids in the same order."""
    rows = [(uuid7(), s.unit_id, s.path, s.worker_id, s.batch_id, s.device_id, s.records) for s in subjects]
    if not rows:
        return []
    await work.raw.execute(
        _NOTE,
        *zip(*rows, strict=True),
        work.now,
        caller.person,
        caller.appointment_id,
        caller.own_office,
        caller.action,
        purpose,
        sorted(fields) if fields is not None else None,
        caller.request_id,
    )
    return [row[0] for row in rows]


async def purpose_of(work: Work, caller: Caller, shown: tuple[UUID, UUID], since: datetime) -> str | None:
    """Why the caller looked up, by this entry, this worker; None unless they did so since then, under this office."""
    entry_id, worker_id = shown
    who = (caller.person, caller.appointment_id)
    purpose: str | None = await work.raw.fetchval(_PURPOSE, entry_id, worker_id, *who, since)
    return purpose
