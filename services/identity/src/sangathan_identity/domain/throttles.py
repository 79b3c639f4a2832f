"""How guessing is slowed down so that nobody can lock somebody else out.

Guesses count for one phone from one place: a device that the person has signed in on before, or else a network address.
Each place has a delay of its own, which grows; so a stranger slows down only their own place. Guesses spread over many
addresses count together as well, and slow down every address, but never a known device, nor a one-time code.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FORGOTTEN_AFTER: Final = timedelta(days=1)
_FIRST: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """``free`` guesses without a delay; then a second, doubling with each guess up to ``most``."""

    free: int
    most: timedelta

    def delay(self, guesses: int) -> timedelta:
        """How long to wait after so many wrong guesses."""
        over = guesses - self.free
        if over < 0:
            return timedelta(0)
        return min(_FIRST * (1 << min(over, 20)), self.most)


FROM_ONE_PLACE: Final = Pace(5, timedelta(minutes=15))
FROM_ANYWHERE: Final = Pace(50, timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class Throttle:
    """Wrong guesses so far, the newest, and when the next is heard."""

    guesses: int
    last_at: datetime
    open_at: datetime

    def wait(self, now: datetime) -> timedelta:
        """How long until a guess is heard; nothing when it is heard now."""
        return max(self.open_at - now, timedelta(0))


def after_a_guess(before: Throttle | None, now: datetime, pace: Pace) -> Throttle:
    """The throttle with one more guess; an old row of guesses begins anew."""
    fresh = before is None or now - before.last_at >= FORGOTTEN_AFTER
    guesses = 1 if fresh or before is None else before.guesses + 1
    return Throttle(guesses, now, now + pace.delay(guesses))
