"""Reads and writes how often somebody has guessed, under keys that say nothing by themselves."""

from datetime import datetime

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.sealing import Sealer
from sangathan_identity.domain.throttles import Throttle

_KEY_PLACE = "throttles.key"


def throttle_key(sealer: Sealer, *parts: str) -> bytes:
    """The key for what is guessed at, whose it is and from where."""
    return sealer.index("\0".join(parts), place=_KEY_PLACE)


async def locked_throttle(work: Work, key: bytes) -> Throttle | None:
    """The throttle as it stands; parallel guesses wait and count one after the other."""
    await work.raw.execute("SELECT pg_advisory_xact_lock($1)", int.from_bytes(key[:8], "big", signed=True))
    row = await work.raw.fetchrow("SELECT failures, last_at, open_at FROM throttles WHERE key = $1", key)
    return Throttle(*row.values()) if row else None


async def save_throttle(work: Work, key: bytes, throttle: Throttle) -> None:
    """Writes it."""
    await work.raw.execute(
        "INSERT INTO throttles (key, failures, last_at, open_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (key) DO UPDATE SET failures = $2, last_at = $3, open_at = $4",
        key,
        throttle.guesses,
        throttle.last_at,
        throttle.open_at,
    )


async def counted(connection: Connection, key: bytes) -> int:
    """How many were counted under a key."""
    return int(await connection.fetchval("SELECT failures FROM throttles WHERE key = $1", key) or 0)


async def count_up(connection: Connection, key: bytes, by: int, *, now: datetime, until: datetime) -> int:
    """Counts so many more, to be kept until a moment; gives how many that makes."""
    total: int = await connection.fetchval(
        "INSERT INTO throttles AS t (key, failures, last_at, open_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (key) DO UPDATE SET failures = t.failures + $2, last_at = $3 RETURNING failures",
        key,
        by,
        now,
        until,
    )
    return total


async def forget_throttle(work: Work, key: bytes) -> None:
    """Begins anew after a right guess."""
    await work.raw.execute("DELETE FROM throttles WHERE key = $1", key)
