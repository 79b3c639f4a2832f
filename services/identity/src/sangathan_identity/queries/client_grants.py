"""What other systems are granted: a page of it within the scope, and what one of them may act under at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_identity.domain.service_tokens import ServiceToken
from sangathan_identity.queries.appointments import narrowed
from sangathan_identity.store.service_tokens import token_hash

# A system that belongs to a unit above the reader's is not in sight here, though what it was granted is.
_SELECT = """
SELECT a.id, a.client_id, c.name_hi AS client_hi, c.name_en AS client_en, a.unit_id, u.name_hi AS unit_hi,
    u.name_en AS unit_en, a.path, a.office, a.actions, a.valid_from, a.valid_to, a.appointed_by, a.delegated_from,
    a.made_at, a.ended_at, a.version
FROM appointments a JOIN units u ON u.id = a.unit_id LEFT JOIN clients c ON c.id = a.client_id
WHERE a.client_id IS NOT NULL AND a.path >= $1 AND a.path < $2
"""
# As the gateway sees it: a grant gives nothing without an active office above it, held by a person not suspended.
_GRANTS = """
FROM appointments a JOIN appointments g ON g.id = a.delegated_from JOIN persons p ON p.id = g.person_id
    JOIN clients c ON c.id = a.client_id"""
_STANDING = """
a.ended_at IS NULL AND a.valid_from <= $1 AND a.valid_to > $1 AND c.ended_at IS NULL
    AND g.ended_at IS NULL AND g.valid_from <= $1 AND (g.valid_to IS NULL OR g.valid_to > $1)
    AND p.suspended_at IS NULL AND starts_with(a.path, g.path)
"""


class GrantView(msgspec.Struct, frozen=True):
    """A grant with the names of its system and unit."""

    id: UUID
    client_id: UUID
    client_name_hi: str | None
    client_name_en: str | None
    unit_id: UUID
    unit_name_hi: str
    unit_name_en: str
    path: str
    office: str
    actions: Sequence[str]
    valid_from: datetime
    valid_to: datetime
    granted_by: UUID
    appointment_id: UUID
    granted_at: datetime
    ended_at: datetime | None
    version: int


class Standing(msgspec.Struct, frozen=True):
    """A grant that a system may act under now, and until when at most."""

    id: UUID
    office: str
    unit_id: UUID
    path: str
    actions: Sequence[str]
    until: datetime


@dataclass(frozen=True, slots=True)
class GrantFilter:
    """At this unit or beneath it, to this system, and whether those that are over are shown too."""

    unit_id: UUID | None = None
    client_id: UUID | None = None
    over_too: bool = False


async def get_grant(connection: Connection, scope: Scope, grant_id: UUID) -> GrantView:
    """The grant; raises not-found outside the scope exactly as for none at all."""
    row = await connection.fetchrow(f"{_SELECT} AND a.id = $3", scope.lo, scope.hi, grant_id)
    if row is None:
        raise Refusal(NOT_FOUND)
    return GrantView(*row.values())


async def list_grants(
    connection: Connection, scope: Scope, wanted: GrantFilter, *, now: datetime, after: tuple[str, UUID], limit: int
) -> Sequence[GrantView]:
    """Up to ``limit`` grants after a place in the order of path and id; raises for a unit outside the scope."""
    part = await narrowed(connection, scope, wanted.unit_id)
    rows = await connection.fetch(
        f"{_SELECT} AND ($3::uuid IS NULL OR a.client_id = $3)"
        " AND ($4 OR (a.ended_at IS NULL AND a.valid_to > $5)) AND (a.path, a.id) > ($6, $7)"
        " ORDER BY a.path, a.id LIMIT $8",
        part.lo,
        part.hi,
        wanted.client_id,
        wanted.over_too,
        now,
        *after,
        limit,
    )
    return [GrantView(*row.values()) for row in rows]


async def standing_grants(connection: Connection, client_id: UUID, now: datetime) -> list[Standing]:
    """What the system may act under now; needs the scope of everything."""
    rows = await connection.fetch(
        "SELECT a.id, a.office, a.unit_id, a.path, a.actions, least(a.valid_to, g.valid_to) AS until"
        f"{_GRANTS} WHERE {_STANDING} AND a.client_id = $2 ORDER BY a.path, a.id",
        now,
        client_id,
    )
    return [Standing(*row.values()) for row in rows]


async def good_service_token(connection: Connection, token: str, now: datetime) -> ServiceToken | None:
    """The token, while it and its grant hold; needs the scope of everything."""
    row: asyncpg.Record | None = await connection.fetchrow(
        f"SELECT t.id, t.client_id, t.grant_id, t.scope, t.issued_at, t.expires_at {_GRANTS}"
        " JOIN service_tokens t ON t.grant_id = a.id"
        f" WHERE {_STANDING} AND t.token_hash = $2 AND t.ended_at IS NULL AND t.expires_at > $1",
        now,
        token_hash(token),
    )
    return ServiceToken(**row) if row else None
