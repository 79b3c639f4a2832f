"""One-time codes: how many, how long, how often from where, and what sending them may cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

CODE_DIGITS: Final = 6
CODE_LIFETIME: Final = timedelta(minutes=5)
CODE_TRIES: Final = 5
RESEND_AFTER: Final = timedelta(seconds=30)
WINDOW: Final = timedelta(hours=1)
MOST_FROM_A_PLACE: Final = 5
MOST_FROM_STRANGERS: Final = 10
# The last fifth of a day's budget is for devices that have signed in before: strangers cannot spend it all.
STRANGERS_SHARE: Final = 0.8


class Purpose(StrEnum):
    """What a code is good for, and for nothing else."""

    SIGN_IN = "sign-in"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - a purpose's name.
    STEP_UP = "step-up"


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code as it stands."""

    expires_at: datetime
    tries: int
    used_at: datetime | None

    def open_to_a_try(self, now: datetime) -> bool:
        """Whether a guess may still be compared with it."""
        return self.used_at is None and now < self.expires_at and self.tries < CODE_TRIES


@dataclass(frozen=True, slots=True)
class Asked:
    """When a code was asked for with a number: from this same place or another, on a known device or not."""

    at: datetime
    here: bool
    known_device: bool


def wait_for_code(asked: Sequence[Asked], now: datetime, *, known_device: bool) -> timedelta:
    """How long until another code may go to a number; a known device is not held up by what strangers ask for."""
    here = sorted(one.at for one in asked if one.here)
    waits = [_until_fewer(here, MOST_FROM_A_PLACE, now)]
    if here:
        waits.append(here[-1] + RESEND_AFTER - now)
    if not known_device:
        strangers = sorted(one.at for one in asked if not one.known_device)
        waits.append(_until_fewer(strangers, MOST_FROM_STRANGERS, now))
    return max(*waits, timedelta(0))


def wait_for_place(asked_at: Sequence[datetime], most: int, now: datetime) -> timedelta:
    """How long until an address may ask for another code, to whatever number."""
    return max(_until_fewer(sorted(asked_at), most, now), timedelta(0))


def affordable(spent: int, price: int, budget: int, *, known_device: bool) -> bool:
    """Whether a day's budget (0 is none) still allows for one more code."""
    share = budget if known_device else int(budget * STRANGERS_SHARE)
    return not budget or spent + price <= share


def _until_fewer(moments: Sequence[datetime], most: int, now: datetime) -> timedelta:
    recent = [at for at in moments if now - at < WINDOW]
    return recent[-most] + WINDOW - now if len(recent) >= most else timedelta(0)
