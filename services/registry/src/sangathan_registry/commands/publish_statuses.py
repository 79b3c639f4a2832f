"""Makes the status list that anybody may fetch: signed anew when a card has ended, and every hour.

Every process makes the same bytes from the same state, so that one ETag holds for all of them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sangathan_cards.status_list import StatusList, bits_of
from sangathan_registry.commands.sign_cards import CardSigner
from sangathan_registry.queries.cards import ListState

GOOD_FOR: Final = timedelta(days=7)
"""How long a page without network may rely on a list it has kept."""
_STEP: Final = 1024
"""Room for cards to come: a new card seldom makes the list longer."""


@dataclass(frozen=True, slots=True)
class _Published:
    state: tuple[object, ...]
    data: bytes


class StatusPublisher:
    """Keeps the newest list in memory."""

    def __init__(self, signer: CardSigner) -> None:
        self._signer = signer
        self._published: _Published | None = None
        self._one_at_a_time = asyncio.Lock()

    async def current(self, state: ListState, now: datetime, ended: Callable[[], Awaitable[list[int]]]) -> bytes:
        """The signed list of this state; ``ended`` is asked only when it has to be made."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        size = (state.last // _STEP + 1) * _STEP
        issued_at = max(hour, state.changed_at)
        wanted = (state.version, size, issued_at, self._signer.kid)
        async with self._one_at_a_time:
            if self._published is None or self._published.state != wanted:
                indexes = await ended()
                data = await asyncio.to_thread(self._make, indexes, size, issued_at)
                self._published = _Published(wanted, data)
            return self._published.data

    def _make(self, ended: list[int], size: int, issued_at: datetime) -> bytes:
        # One that has ended in this very moment may lie beyond the size that was read just before.
        within = (index for index in ended if index < size)
        times = (int(issued_at.timestamp()), int((issued_at + GOOD_FOR).timestamp()))
        return self._signer.sign_list(StatusList(bits_of(within, size), *times))
