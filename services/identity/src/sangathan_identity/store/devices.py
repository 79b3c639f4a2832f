"""Reads and writes devices: known again by a secret, or enrolled with a key."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sangathan_chassis.database import Work


@dataclass(frozen=True, slots=True)
class Device:
    """A device of one person; ``public_key`` is a JWK, for one that was enrolled ahead."""

    id: UUID
    person_id: UUID
    name: str
    public_key: str | None
    ended_at: datetime | None

    def known_to(self, person_id: UUID) -> bool:
        """Whether this person may still sign in on it as on a known one."""
        return self.person_id == person_id and self.ended_at is None


_COLUMNS = "id, person_id, name, public_key, ended_at"


def secret_hash(secret: str) -> bytes:
    """A secret has 256 random bits, so a plain hash is as good as a slow one."""
    return hashlib.sha256(secret.encode()).digest()


async def find_by_secret(work: Work, secret: str) -> Device | None:
    """The device that has this secret."""
    row = await work.raw.fetchrow(
        f"SELECT {_COLUMNS} FROM devices WHERE secret_hash = $1",  # noqa: S608 - a constant of this module.
        secret_hash(secret),
    )
    return Device(**row) if row else None


async def find_device(work: Work, device_id: UUID) -> Device | None:
    """The device."""
    row = await work.raw.fetchrow(
        f"SELECT {_COLUMNS} FROM devices WHERE id = $1",  # noqa: S608 - a constant of this module.
        device_id,
    )
    return Device(**row) if row else None


async def has_devices(work: Work, person_id: UUID) -> bool:
    """Whether the person has signed in on some device before."""
    return bool(await work.raw.fetchval("SELECT EXISTS (SELECT FROM devices WHERE person_id = $1)", person_id))


async def insert_device(work: Work, device: Device, *, secret: str | None) -> None:
    """Adds a device, by its secret or by its key."""
    await work.raw.execute(
        "INSERT INTO devices (id, person_id, name, secret_hash, public_key, created_at, last_used_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $6)",
        device.id,
        device.person_id,
        device.name,
        secret_hash(secret) if secret else None,
        device.public_key,
        work.now,
    )


async def touch_device(work: Work, device_id: UUID) -> None:
    """Notes that somebody signed in on it now."""
    await work.raw.execute("UPDATE devices SET last_used_at = $2 WHERE id = $1", device_id, work.now)


async def end_device(work: Work, device_id: UUID, person_id: UUID) -> bool:
    """Forgets this person's device; False when there is none that is known."""
    ended = await work.raw.fetchval(
        "UPDATE devices SET ended_at = $3 WHERE id = $1 AND person_id = $2 AND ended_at IS NULL RETURNING id",
        device_id,
        person_id,
        work.now,
    )
    return ended is not None
