"""Removes what no longer says anything: codes after a day, refresh tokens a day after they expired, and so on."""

from datetime import timedelta
from typing import Final

from sangathan_chassis.database import Work

_KEPT: Final = timedelta(days=1)
# A device that has been away for so long is a stranger again.
_DEVICE_KEPT: Final = timedelta(days=400)
AT_ONCE: Final = 1_000

_OLD: Final = (
    ("one_time_codes", "id", "created_at < $1"),
    ("refresh_tokens", "token_hash", "expires_at < $1"),
    ("authorization_codes", "code_hash", "expires_at < $1"),
    ("client_tokens", "token_hash", "expires_at < $1"),
    ("service_tokens", "id", "expires_at < $1"),
    ("challenges", "hash", "expires_at < $1"),
    ("seen_assertions", "hash", "expires_at < $1"),
    ("throttles", "key", "last_at < $1 AND open_at < $1"),
    ("code_spend", "hour", "hour < $1 - interval '1 day'"),
)


async def forget_old(work: Work) -> int:
    """Removes up to a thousand of each; gives how many went at most."""
    gone = [await _remove(work, *each) for each in _OLD]
    devices = await work.raw.execute(
        "DELETE FROM devices WHERE id IN (SELECT id FROM devices WHERE secret_hash IS NOT NULL AND last_used_at < $1"
        " LIMIT $2)",
        work.now - _DEVICE_KEPT,
        AT_ONCE,
    )
    return max(*gone, int(devices.split()[-1]))


async def _remove(work: Work, table: str, key: str, condition: str) -> int:
    done = await work.raw.execute(
        f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {condition} LIMIT $2)",  # noqa: S608
        work.now - _KEPT,
        AT_ONCE,
    )
    return int(done.split()[-1])
