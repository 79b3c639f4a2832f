"""The statements that write invitations, answers and attendance, each with the scope in its WHERE.

The allocation is the aggregate whose counts move; whoever adds invitations locks it first, so that two who invite at
once cannot count one person twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.scope import Scope
from sangathan_hierarchy.ddl import TREE_LOCK
from sangathan_workshops.domain.invitation import Answer, Invitation, InvitationId, PersonId, WorkshopId
from sangathan_workshops.domain.plan import UnitId

_COLUMNS: Final = "id, workshop_id, round_id, unit_id, path, person_id, answer, attended_at, version"


@dataclass(frozen=True, slots=True)
class CalledWorkshop:
    """What an invitation needs to know of its workshop."""

    id: WorkshopId
    round_id: UUID
    level: str
    held_on: date
    venue_hi: str
    venue_en: str


@dataclass(frozen=True, slots=True)
class Invitee:
    """A holder, today, of the office called, at an allocated unit."""

    person_id: PersonId
    unit_id: UnitId
    path: str


async def find_workshop(connection: Connection, scope: Scope, workshop_id: UUID) -> CalledWorkshop | None:
    """The workshop when its plan, or a unit called to it, lies inside the scope."""
    row = await connection.fetchrow(
        "SELECT w.id, w.round_id, r.level, w.held_on, w.venue_hi, w.venue_en"
        " FROM workshops w JOIN rounds r ON r.id = w.round_id WHERE w.id = $1 AND ((w.path >= $2 AND w.path < $3) OR"
        " EXISTS (SELECT FROM allocations a WHERE a.workshop_id = w.id AND a.path >= $2 AND a.path < $3))",
        workshop_id,
        scope.lo,
        scope.hi,
    )
    return CalledWorkshop(**row) if row else None


async def lock_allocations(connection: Connection, scope: Scope, workshop_id: UUID) -> int:
    """Locks the workshop's allocations inside the scope, in one order for everybody; gives how many there are."""
    rows = await connection.fetch(
        "SELECT unit_id FROM allocations WHERE workshop_id = $1 AND path >= $2 AND path < $3"
        " ORDER BY unit_id FOR UPDATE",
        workshop_id,
        scope.lo,
        scope.hi,
    )
    return len(rows)


async def holders_today(work: Work, workshop_id: UUID, office: str) -> list[Invitee]:
    """Who holds the office now at the units called inside the scope; each person once, at their first unit."""
    rows = await work.raw.fetch(
        "SELECT DISTINCT ON (p.person_id) p.person_id, a.unit_id, a.path FROM allocations a"
        " JOIN appointment_replica p ON p.unit_id = a.unit_id AND p.office = $4 AND p.delegated_from IS NULL"
        " WHERE a.workshop_id = $1 AND a.path >= $2 AND a.path < $3 AND p.ended_at IS NULL"
        " AND p.valid_from <= $5 AND (p.valid_to IS NULL OR p.valid_to > $5) ORDER BY p.person_id, a.path",
        workshop_id,
        work.scope.lo,
        work.scope.hi,
        office,
        work.now,
    )
    return [Invitee(**row) for row in rows]


async def add_invitations(
    work: Work, workshop: CalledWorkshop, invitees: Sequence[Invitee], *, office: str, by: UUID
) -> list[Invitation]:
    """Invites those who are not yet invited to this workshop, counts them at their units, and gives the new ones."""
    rows = await work.raw.fetch(
        "INSERT INTO invitations (id, workshop_id, round_id, unit_id, path, person_id, office, invited_by, invited_at,"  # noqa: S608
        " version) SELECT i.id, $1, $2, i.unit_id, i.path, i.person_id, $3, $4, $5, 1"
        " FROM unnest($6::uuid[], $7::uuid[], $8::text[], $9::uuid[]) AS i (id, unit_id, path, person_id)"
        f" ON CONFLICT (workshop_id, person_id) DO NOTHING RETURNING {_COLUMNS}",
        workshop.id,
        workshop.round_id,
        office,
        by,
        work.now,
        [uuid7() for _ in invitees],
        [invitee.unit_id for invitee in invitees],
        [invitee.path for invitee in invitees],
        [invitee.person_id for invitee in invitees],
    )
    await work.raw.execute(
        "UPDATE allocations a SET invited = a.invited + n.added FROM"
        " (SELECT unit_id, count(*) AS added FROM unnest($2::uuid[]) AS u (unit_id) GROUP BY unit_id) n"
        " WHERE a.round_id = $1 AND a.unit_id = n.unit_id AND a.path >= $3 AND a.path < $4",
        workshop.round_id,
        [row["unit_id"] for row in rows],
        work.scope.lo,
        work.scope.hi,
    )
    return [_invitation(row) for row in rows]


async def lock_own_invitation(work: Work, invitation_id: UUID, person_id: UUID) -> Invitation | None:
    """The person's own invitation, locked, with the scope set to its unit for what is written next.

    A person has no range of units; the shared tree lock keeps the unit from moving between finding and locking.
    """
    await work.raw.execute("SELECT pg_advisory_xact_lock_shared($1)", TREE_LOCK)
    path = await work.raw.fetchval(
        "SELECT path FROM invitations WHERE id = $1 AND person_id = $2", invitation_id, person_id
    )
    if path is None:
        return None
    await work.set_scope(Scope.subtree(path, person_id))
    return await lock_invitation(work, invitation_id)


async def lock_invitation(work: Work, invitation_id: UUID) -> Invitation | None:
    """The invitation when its unit lies inside the scope, locked."""
    row = await work.raw.fetchrow(
        f"SELECT {_COLUMNS} FROM invitations WHERE id = $1 AND path >= $2 AND path < $3 FOR UPDATE",  # noqa: S608
        invitation_id,
        work.scope.lo,
        work.scope.hi,
    )
    return _invitation(row) if row else None


async def write_answer(work: Work, invitation: Invitation, answer: Answer) -> int:
    """Writes the answer, moves the unit's counts, and gives the invitation's new version."""
    await _count(
        work,
        invitation,
        accepted=(answer is Answer.ACCEPTED) - (invitation.answer is Answer.ACCEPTED),
        declined=(answer is Answer.DECLINED) - (invitation.answer is Answer.DECLINED),
    )
    version: int = await work.raw.fetchval(
        "UPDATE invitations SET answer = $2, answered_at = $3, version = version + 1"
        " WHERE id = $1 AND path >= $4 AND path < $5 RETURNING version",
        invitation.id,
        answer.value,
        work.now,
        work.scope.lo,
        work.scope.hi,
    )
    return version


@dataclass(frozen=True, slots=True)
class Sighting:
    """An invitee at the door: when, and who says so."""

    seen_at: datetime
    by: UUID
    duplicate: bool


async def write_attendance(work: Work, invitation: Invitation, sighting: Sighting) -> UUID:
    """Writes the sighting; the first one marks the invitation and counts at its unit. Gives its id."""
    attendance_id = uuid7()
    await work.raw.execute(
        "INSERT INTO attendances"
        " (id, invitation_id, workshop_id, unit_id, path, seen_at, recorded_at, recorded_by, duplicate)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        attendance_id,
        invitation.id,
        invitation.workshop_id,
        invitation.unit_id,
        invitation.path,
        sighting.seen_at,
        work.now,
        sighting.by,
        sighting.duplicate,
    )
    if not sighting.duplicate:
        await work.raw.execute(
            "UPDATE invitations SET attended_at = $2, version = version + 1 WHERE id = $1 AND path >= $3 AND path < $4",
            invitation.id,
            sighting.seen_at,
            work.scope.lo,
            work.scope.hi,
        )
        await _count(work, invitation, attended=1)
    return attendance_id


async def _count(
    work: Work, invitation: Invitation, *, accepted: int = 0, declined: int = 0, attended: int = 0
) -> None:
    await work.raw.execute(
        "UPDATE allocations SET accepted = accepted + $3, declined = declined + $4, attended = attended + $5"
        " WHERE round_id = $1 AND unit_id = $2 AND path >= $6 AND path < $7",
        invitation.round_id,
        invitation.unit_id,
        accepted,
        declined,
        attended,
        work.scope.lo,
        work.scope.hi,
    )


def _invitation(row: Record) -> Invitation:
    values = dict(row)
    answer = values.pop("answer")
    return Invitation(**values | {"id": InvitationId(values["id"])}, answer=Answer(answer) if answer else None)
