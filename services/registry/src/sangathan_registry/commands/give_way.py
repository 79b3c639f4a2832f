"""Lets work that can wait give way to batches that come in, since both want the same processor and the same database.

Batches come in rushes, in the evenings of a drive; what looks for duplicates and for what is odd has the night.
docs/decisions/0033 says what that costs.
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final

RESTS: Final = 20.0
"""How long such work rests while batches come in, as a multiple of the time that it took."""
LONGEST_REST_S: Final = 60.0
QUIET_S: Final = 1.0
"""When nothing has come in for so long, the rush is over."""
_LOOK_EVERY_S: Final = 0.05


class Intake:
    """When batches last came in to this process."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._quiet_from = clock()

    def note(self) -> None:
        """A batch has come in."""
        self._quiet_from = self._clock() + QUIET_S

    async def give_way(self, worked_s: float) -> None:
        """Rests as long as batches come in, but for no more than a set multiple of the work, and a minute."""
        until = self._clock() + min(RESTS * worked_s, LONGEST_REST_S)
        while self._clock() < min(until, self._quiet_from):
            await asyncio.sleep(_LOOK_EVERY_S)
