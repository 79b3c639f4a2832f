"""The person's own word that they agreed: how they are asked, how fast, at what hours, and what a code is good for.

A record comes in by somebody else's hand. Its person is asked once, on the number that stands there, and answers by a
code, or says that it is somebody else's. Until then the consent stands as it was taken, and counts as unconfirmed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from sangathan_registry.domain.consent import NOTICE_OF_IMPORT
from sangathan_registry.domain.drive import INDIA

CODE_DIGITS: Final = 6
CODE_TRIES: Final = 5
CODE_WITH_LINK: Final = timedelta(days=3)
"""How long the code of a message lives that nobody asked for: people look at their phone in the evening."""
CODE_ASKED_FOR: Final = timedelta(minutes=10)
LINK_LIFETIME: Final = timedelta(days=60)
RESEND_AFTER: Final = timedelta(seconds=60)
WINDOW: Final = timedelta(hours=1)
MOST_TO_A_PHONE: Final = 3
MOST_RECORDS: Final = 5
"""How many records of one shared number are asked about at once, the newest first."""
TRY_AGAIN: Final = timedelta(days=1)
MOST_SENDS: Final = 3
BURST: Final = timedelta(seconds=10)
"""How much of the pace that nobody used may be made up for at once."""


class State(StrEnum):
    """How far the asking has come."""

    WAITING = "waiting"
    SENT = "sent"
    UNREACHED = "unreached"
    CONFIRMED = "confirmed"
    DENIED = "denied"
    ENDED = "ended"
    """The record is not on record by itself any more; if it comes back, so does the state of before."""


class Unreached(StrEnum):
    """Why somebody was not reached."""

    NO_PHONE = "no-phone"
    REFUSED = "refused"
    NOT_TAKEN = "not-taken"


class How(StrEnum):
    """How somebody confirmed."""

    CODE = "code"
    SIGNED_IN = "signed-in"


@dataclass(frozen=True, slots=True)
class Renotice:
    """The notice in force, and within how many days whoever is on record without having seen it is told of it."""

    version: str = NOTICE_OF_IMPORT
    days: int = 30

    def due_at(self, now: datetime) -> datetime:
        """By when somebody is told who is put down now."""
        return now + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Hours:
    """Between which hours in India people are written to; equal hours mean at any time."""

    begin: int
    end: int

    def open_at(self, now: datetime) -> bool:
        """Whether a message may go out now."""
        hour = now.astimezone(INDIA).hour
        if self.begin == self.end:
            return True
        within = self.begin <= hour < self.end
        return within if self.begin < self.end else hour >= self.begin or hour < self.end


@dataclass(frozen=True, slots=True)
class Pace:
    """How many messages a minute go out unasked; each takes its share of a minute.

    What was not used before the burst is lost, so that a pause, or the end of the quiet hours, is not followed by a
    flood. ``paid_until`` is kept by the database, so that several processes, or one that begins anew, share one pace.
    """

    per_minute: int
    paid_until: datetime
    now: datetime

    @property
    def most(self) -> int:
        """How many may go out now."""
        return int((self.now - self._start) / self._each)

    def spent(self, many: int) -> datetime:
        """Until when the pace is used up by so many."""
        return self._start + many * self._each

    @property
    def _each(self) -> timedelta:
        return timedelta(minutes=1) / self.per_minute

    @property
    def _start(self) -> datetime:
        return max(self.paid_until, self.now - max(BURST, self._each))


@dataclass(frozen=True, slots=True)
class Caps:
    """How many codes that people asked for go out on a day in India: in all, and to the people of one unit; 0: any."""

    per_day: int = 0
    per_unit: int = 0


def until_tomorrow(now: datetime) -> timedelta:
    """How long until another day begins in India."""
    here = now.astimezone(INDIA)
    return datetime.combine(here.date() + timedelta(days=1), time.min, INDIA) - here


def wait_for_code(asked: Sequence[datetime], now: datetime) -> timedelta:
    """How long until another code may go to a number; the same for one that nobody has."""
    recent = sorted(at for at in asked if now - at < WINDOW)
    waits = [recent[-1] + RESEND_AFTER - now] if recent else []
    waits += [recent[-MOST_TO_A_PHONE] + WINDOW - now] if len(recent) >= MOST_TO_A_PHONE else []
    return max(*waits, timedelta(0), timedelta(0))


def wait_for_place(asked: Sequence[datetime], now: datetime, most: int) -> timedelta:
    """How long until an address may ask for another code, to whatever number."""
    recent = sorted(at for at in asked if now - at < WINDOW)
    return max(recent[-most] + WINDOW - now, timedelta(0)) if len(recent) >= most else timedelta(0)


def pause_after(tries: int) -> timedelta:
    """How long to wait before a message that the provider did not take is tried again."""
    return min(timedelta(seconds=30) * (1 << 2 * min(tries, 6)), timedelta(hours=6))
