"""When a signing key is made, signs, and is believed no longer: it is out a day ahead, and outlives its tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# Long enough that whoever keeps a key set for hours has seen a key before it signs.
AHEAD: Final = timedelta(days=1)
# Every token lives ten minutes; the rest is for clocks, and for processes that look for a newer key now and then.
OUTLIVES: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class KeyTimes:
    """A key by its id and the moment from which it signs."""

    kid: str
    signs_from: datetime


def signer(keys: Sequence[KeyTimes], now: datetime) -> KeyTimes | None:
    """The key that signs now: the newest whose moment has come."""
    begun = [key for key in keys if key.signs_from <= now]
    return max(begun, key=lambda key: (key.signs_from, key.kid), default=None)


def next_begins(keys: Sequence[KeyTimes], now: datetime, life: timedelta) -> datetime | None:
    """From when a new key is to sign: at once when none does; None while it is too early to make one."""
    current = signer(keys, now)
    if current is None:
        return now
    ends = current.signs_from + life
    if now < ends - AHEAD or any(key.signs_from > now for key in keys):
        return None
    return max(ends, now + AHEAD)


def dead(keys: Sequence[KeyTimes], now: datetime) -> list[str]:
    """The ids of keys whose last token has died: what signed before a key that has signed for long enough."""
    settled = signer(keys, now - OUTLIVES)
    return [key.kid for key in keys if settled and key.signs_from < settled.signs_from]
