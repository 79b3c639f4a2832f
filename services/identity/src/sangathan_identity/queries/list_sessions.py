"""The caller's own sign-ins, the newest first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection

NEWEST = UUID(int=2**128 - 1)


class SessionView(msgspec.Struct, frozen=True):
    """A sign-in that is alive; ``current`` is the one that asks."""

    id: UUID
    device: str
    device_id: UUID | None
    amr: str
    acr: str
    created_at: datetime
    last_used_at: datetime
    current: bool


async def list_sessions(
    connection: Connection, person_id: UUID, asking: UUID | None, *, before: UUID, limit: int
) -> Sequence[SessionView]:
    """Up to ``limit`` live sign-ins older than an id; ids are in the order of time (UUIDv7)."""
    rows = await connection.fetch(
        "SELECT id, device, device_id, amr, acr, created_at, last_used_at FROM sessions"
        " WHERE person_id = $1 AND ended_at IS NULL AND id < $2 ORDER BY id DESC LIMIT $3",
        person_id,
        before,
        limit,
    )
    return [SessionView(**row, current=row["id"] == asking) for row in rows]
