"""Bounds how many numbers one person may find to be other people's in a day, so that appointing is no way to harvest.

Who names a number that somebody else signs in with is told so, or nobody could mend a list; but whoever asks about one
number after another would learn who is one of ours. What was found is counted though the request is refused.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sangathan_chassis.caller import Caller
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.domain.refusals import NUMBERS_USED_UP, PHONE_TAKEN
from sangathan_identity.store.throttles import count_up, counted, throttle_key


@dataclass(frozen=True, slots=True)
class NumberPace:
    """How many a day (UTC), and where they are counted."""

    doorway: Doorway
    sealer: Sealer
    per_day: int

    @asynccontextmanager
    async def watched(self, caller: Caller, now: datetime) -> AsyncIterator[None]:
        """Lets nobody in who has used the day's up, and counts a number that the block refuses as another's."""
        async with self.doorway.read() as connection:
            used = await counted(connection, self._key(caller, now))
        if used >= self.per_day:
            raise self._used_up(now)
        try:
            yield
        except Refusal as refusal:
            if refusal.type is PHONE_TAKEN:
                await self.count(caller, now, 1)
            raise

    async def count(self, caller: Caller, now: datetime, taken: int) -> None:
        """Counts numbers found to be others'; raises when they are more than were left, so that none is told."""
        if not taken:
            return
        async with self.doorway.aside() as connection:
            used = await count_up(connection, self._key(caller, now), taken, now=now, until=_midnight(now))
        if used > self.per_day:
            raise self._used_up(now)

    def _key(self, caller: Caller, now: datetime) -> bytes:
        return throttle_key(self.sealer, "numbers", str(caller.person), now.date().isoformat())

    def _used_up(self, now: datetime) -> Refusal:
        wait = int((_midnight(now) - now).total_seconds()) + 1
        detail = f"Name people by id, or wait; {self.per_day} numbers a day may turn out to be other people's."
        return Refusal(NUMBERS_USED_UP, detail, headers={"retry-after": str(wait)})


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
