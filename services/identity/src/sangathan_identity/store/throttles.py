"""Reads and writes how often somebody has guessed, under keys that say nothing by themselves."""

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


async def forget_throttle(work: Work, key: bytes) -> None:
    """Begins anew after a right guess."""
    await work.raw.execute("DELETE FROM throttles WHERE key = $1", key)
