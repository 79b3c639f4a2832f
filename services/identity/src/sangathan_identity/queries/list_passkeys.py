"""The caller's own passkeys."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection


class PasskeyView(msgspec.Struct, frozen=True):
    """A passkey that signs in."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None


async def list_passkeys(connection: Connection, person_id: UUID) -> Sequence[PasskeyView]:
    """All of them, of which there are few, the newest first."""
    rows = await connection.fetch(
        "SELECT id, name, created_at, last_used_at FROM passkeys WHERE person_id = $1 AND ended_at IS NULL"
        " ORDER BY id DESC",
        person_id,
    )
    return [PasskeyView(**row) for row in rows]
