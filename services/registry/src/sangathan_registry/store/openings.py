"""The statements that keep what was opened by breaking the glass; they reach as far as the work's scope does."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7

_INSERT = """
INSERT INTO break_glass_openings (id, worker_id, unit_id, path, opened_by, appointment_id, office, opener_unit_id,
    opener_path, reason, opened_at, expires_at, told, review_due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""
_ONE_BY_ONE = 7_305_114
_LOCK = "SELECT * FROM break_glass_openings WHERE id = $1 FOR UPDATE"
_RECENT = "SELECT count(*) FROM break_glass_openings WHERE opened_by = $1 AND opened_at > $2"
_USED = "UPDATE break_glass_openings SET uses = uses + 1, last_used_at = $2 WHERE id = $1"
_END = "UPDATE break_glass_openings SET ended_at = $2, ended_by = $3 WHERE id = $1"
_END_OF_APPOINTMENT = """
UPDATE break_glass_openings SET ended_at = $2
WHERE appointment_id = $1 AND ended_at IS NULL AND expires_at > $2
"""
_REVIEW = """
UPDATE break_glass_openings SET reviewed_at = $2, reviewed_by = $3, verdict = $4, note = $5 WHERE id = $1
"""


@dataclass(frozen=True, slots=True)
class Record:
    """The record that is opened, and where it stands."""

    worker_id: UUID
    unit_id: UUID
    path: str


@dataclass(frozen=True, slots=True)
class Opener:
    """Who opens it, under which appointment, and from where."""

    person_id: UUID
    appointment_id: UUID
    office: str
    unit_id: UUID
    path: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Why, until when, who was told, and by when it is to be reviewed."""

    reason: str
    expires_at: datetime
    told: tuple[UUID, ...]
    review_due_at: datetime


async def insert_opening(work: Work, record: Record, opener: Opener, terms: Terms) -> UUID:
    """Adds an opening and gives its id."""
    opening_id = uuid7()
    await work.raw.execute(
        _INSERT,
        opening_id,
        record.worker_id,
        record.unit_id,
        record.path,
        opener.person_id,
        opener.appointment_id,
        opener.office,
        opener.unit_id,
        opener.path,
        terms.reason,
        work.now,
        terms.expires_at,
        list(terms.told),
        terms.review_due_at,
    )
    return opening_id


async def lock_opening(work: Work, opening_id: UUID) -> asyncpg.Record | None:
    """The opening, locked until this work ends; the caller checks whose it is."""
    return await work.raw.fetchrow(_LOCK, opening_id)


async def opened_since(work: Work, person_id: UUID, since: datetime) -> int:
    """How many the person has made since that moment; two at once are counted one after the other."""
    await work.raw.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, $2))", str(person_id), _ONE_BY_ONE)
    return int(await work.raw.fetchval(_RECENT, person_id, since))


async def note_use(work: Work, opening_id: UUID) -> None:
    """Counts a reading."""
    await work.raw.execute(_USED, opening_id, work.now)


async def end_opening(work: Work, opening_id: UUID, by: UUID) -> None:
    """Ends it now."""
    await work.raw.execute(_END, opening_id, work.now, by)


async def end_of_appointment(work: Work, appointment_id: UUID) -> None:
    """Ends what was opened under an appointment that is over."""
    await work.raw.execute(_END_OF_APPOINTMENT, appointment_id, work.now)


async def review_opening(work: Work, opening_id: UUID, by: UUID, *, verdict: str, note: str | None) -> None:
    """Keeps what somebody above found."""
    await work.raw.execute(_REVIEW, opening_id, work.now, by, verdict, note)
