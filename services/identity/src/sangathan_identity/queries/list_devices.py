"""The caller's own devices, and what the caller can sign in with."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection


class DeviceView(msgspec.Struct, frozen=True):
    """A device that is known; ``enrolled`` when it signs in by a key of its own."""

    id: UUID
    name: str
    enrolled: bool
    created_at: datetime
    last_used_at: datetime
    current: bool


class Methods(msgspec.Struct, frozen=True):
    """What the caller can sign in with."""

    password: bool
    password_changed_at: datetime | None
    authenticator_since: datetime | None
    recovery_codes_left: int
    passkeys: int


async def list_devices(
    connection: Connection, person_id: UUID, session_id: UUID | None, *, before: UUID, limit: int
) -> Sequence[DeviceView]:
    """Up to ``limit`` known devices older than an id, the newest first; ids are in the order of time (UUIDv7)."""
    rows = await connection.fetch(
        "SELECT d.id, d.name, d.public_key IS NOT NULL AS enrolled, d.created_at, d.last_used_at,"
        " coalesce(d.id = (SELECT device_id FROM sessions WHERE id = $4 AND person_id = $1), false) AS current"
        " FROM devices d WHERE d.person_id = $1 AND d.ended_at IS NULL AND d.id < $2 ORDER BY d.id DESC LIMIT $3",
        person_id,
        before,
        limit,
        session_id,
    )
    return [DeviceView(**row) for row in rows]


async def get_methods(connection: Connection, person_id: UUID) -> Methods:
    """What this person can sign in with; all false and empty for nobody."""
    rows = await connection.fetch(
        "SELECT coalesce((SELECT password_hash IS NOT NULL FROM persons WHERE id = $1), false) AS password,"
        " (SELECT password_changed_at FROM persons WHERE id = $1) AS password_changed_at,"
        " (SELECT confirmed_at FROM totp_secrets WHERE person_id = $1) AS authenticator_since,"
        " (SELECT count(*) FROM recovery_codes WHERE person_id = $1 AND used_at IS NULL) AS recovery_codes_left,"
        " (SELECT count(*) FROM passkeys WHERE person_id = $1 AND ended_at IS NULL) AS passkeys",
        person_id,
    )
    return Methods(**rows[0])
