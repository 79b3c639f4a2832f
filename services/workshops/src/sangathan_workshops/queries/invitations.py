"""Invitations, as an officer sees those of a workshop and as an invitee sees their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """A person invited by their office at a unit; ``status`` is invited, accepted, declined or attended."""

    id: UUID
    workshop_id: UUID
    person_id: UUID
    office: str
    unit_id: UUID
    unit_name_hi: str | None
    unit_name_en: str | None
    status: str
    answer: str | None
    invited_at: datetime
    answered_at: datetime | None
    attended_at: datetime | None
    version: int


class OwnInvitation(Invitation, frozen=True, kw_only=True):
    """An invitation of one's own, with where and when to go."""

    date: date
    venue_hi: str
    venue_en: str
    hour: time | None


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """Which page: the path and id of the last row of the page before."""

    limit: int
    after: tuple[str, UUID] | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a workshop's invitations and the position at which it ends."""

    items: Sequence[Invitation]
    end: tuple[str, UUID] | None


_INVITATION: Final = (
    "i.id, i.workshop_id, i.person_id, i.office, i.unit_id, u.name_hi AS unit_name_hi, u.name_en AS unit_name_en,"
    " CASE WHEN i.attended_at IS NOT NULL THEN 'attended' ELSE coalesce(i.answer, 'invited') END AS status,"
    " i.answer, i.invited_at, i.answered_at, i.attended_at, i.version"
)
_OWN: Final = (
    f"SELECT {_INVITATION}, w.held_on AS date, w.venue_hi, w.venue_en, w.hour"  # noqa: S608
    " FROM invitations i JOIN workshops w ON w.id = i.workshop_id LEFT JOIN unit_replica u ON u.unit_id = i.unit_id"
    " WHERE i.person_id = $1"
)


async def list_invitations(connection: Connection, scope: Scope, workshop_id: UUID, page: InvitationPage) -> Listed:
    """A workshop's invitations at units inside the scope, in the tree's order; raises Refusal for one not seen."""
    await _require_workshop(connection, scope, workshop_id)
    path, last = page.after or (None, None)
    rows = await connection.fetch(
        f"SELECT i.path, {_INVITATION} FROM invitations i LEFT JOIN unit_replica u ON u.unit_id = i.unit_id"  # noqa: S608
        " WHERE i.workshop_id = $1 AND i.path >= $2 AND i.path < $3"
        " AND ($4::text IS NULL OR (i.path, i.id) > ($4, $5::uuid)) ORDER BY i.path, i.id LIMIT $6",
        workshop_id,
        scope.lo,
        scope.hi,
        path,
        last,
        page.limit + 1,
    )
    end = (rows[page.limit - 1]["path"], rows[page.limit - 1]["id"]) if len(rows) > page.limit else None
    items = [Invitation(**{name: row[name] for name in Invitation.__struct_fields__}) for row in rows[: page.limit]]
    return Listed(items, end)


async def list_own_invitations(
    connection: Connection, person_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[OwnInvitation]:
    """The person's own invitations, the newest first, older than ``after``."""
    rows = await connection.fetch(
        _OWN + " AND ($2::uuid IS NULL OR i.id < $2) ORDER BY i.id DESC LIMIT $3", person_id, after, limit
    )
    return [OwnInvitation(**row) for row in rows]


async def get_own_invitation(connection: Connection, person_id: UUID, invitation_id: UUID) -> OwnInvitation:
    """One of the person's own invitations; raises Refusal for anybody else's."""
    row = await connection.fetchrow(_OWN + " AND i.id = $2", person_id, invitation_id)
    if row is None:
        raise Refusal(NOT_FOUND)
    return OwnInvitation(**row)


async def _require_workshop(connection: Connection, scope: Scope, workshop_id: UUID) -> None:
    seen = await connection.fetchval(
        "SELECT true FROM workshops w WHERE w.id = $1 AND ((w.path >= $2 AND w.path < $3) OR"
        " EXISTS (SELECT FROM allocations a WHERE a.workshop_id = w.id AND a.path >= $2 AND a.path < $3))",
        workshop_id,
        scope.lo,
        scope.hi,
    )
    if seen is None:
        raise Refusal(NOT_FOUND)
