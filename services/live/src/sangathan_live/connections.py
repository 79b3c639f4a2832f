"""Who is connected to this process: listed on arrival, greeted and filled in, forgotten on leaving, ended in slices."""

import asyncio
import random
import time
from collections.abc import Sequence

from sangathan_live.index import Index
from sangathan_live.members import Ending, Member, SocketMember, StreamMember
from sangathan_live.messages import gap, hello
from sangathan_live.ring import Ring
from sangathan_live.settings import LiveSettings
from sangathan_live.tallies import Tallies, Tally

_SLICE = 64
_SOONEST_MS = 1000


class Connections:
    """One process's connections."""

    def __init__(self, settings: LiveSettings, ring: Ring, tallies: Tallies) -> None:
        self.buffer_bytes = settings.live_buffer_bytes
        self.sockets: Index[SocketMember] = Index()
        self.streams: Index[StreamMember] = Index()
        self._ring = ring
        self._tallies = tallies
        self._rate = settings.live_connects_per_s
        self._longest_s = settings.live_max_age_seconds
        self._spread_s = settings.live_retry_seconds

    def __len__(self) -> int:
        return len(self.sockets) + len(self.streams)

    def socket_opened(self, member: SocketMember) -> None:
        """Lists the connection and greets it."""
        self.sockets.add(member, member.keys)
        self._tallies.add(Tally.SOCKETS)
        self._greet(member, member.after)

    def stream_opened(self, member: StreamMember, after: int | None) -> None:
        """Lists the connection and greets it."""
        self.streams.add(member, member.keys)
        self._tallies.add(Tally.STREAMS)
        self._greet(member, after)

    def socket_closed(self, member: SocketMember) -> None:
        """Forgets the connection."""
        if self.sockets.remove(member, member.keys):
            self._tallies.add(Tally.SOCKETS, -1)

    def stream_closed(self, member: StreamMember) -> None:
        """Forgets the connection."""
        if self.streams.remove(member, member.keys):
            self._tallies.add(Tally.STREAMS, -1)

    def slow(self) -> None:
        """Counts a client that was cut since it reads too slowly."""
        self._tallies.add(Tally.SLOW)

    def at(self, key: str) -> list[Member]:
        """Every connection under a key."""
        return [*self.sockets.at(key), *self.streams.at(key)]

    def all(self) -> list[Member]:
        """Every connection."""
        return [*self.sockets.all(), *self.streams.all()]

    def spread_ms(self, clients: int) -> int:
        """The time over which so many clients come back, at half the rate at which they would be let in."""
        return round(1000 * max(self._spread_s, 2 * clients / self._rate))

    async def end(self, members: Sequence[Member], ending: tuple[int, str], spread_ms: int | None) -> None:
        """Ends connections in slices; each is told its own moment within ``spread_ms`` to come back, None for never."""
        for start in range(0, len(members), _SLICE):
            for member in members[start : start + _SLICE]:
                member.end(ending, None if spread_ms is None else _within(spread_ms))
            await asyncio.sleep(0)

    def _end_in_time(self, member: Member) -> None:
        """Ends a connection at the moment at which an office begins or lapses; the sweep would be seconds late."""
        left = member.until - time.monotonic()
        if left < self._longest_s - 1:
            asyncio.get_running_loop().call_later(max(left, 0), member.end, Ending.EXPIRED, _SOONEST_MS)

    def _greet(self, member: Member, after: int | None) -> None:
        """Says where the sequence stands and fills in what was missed; no await, so that no cast can come between."""
        spread_ms = self.spread_ms(len(self))
        self._tallies.add(Tally.CONNECTED)
        self._end_in_time(member)
        member.deliver(hello(self._ring.last, self._ring.epoch, _within(spread_ms)))
        if after is None:
            return
        missed = self._ring.after(after, frozenset(member.keys), self.buffer_bytes // 2)
        if missed is None:
            self._tallies.add(Tally.GAPS)
            member.deliver(gap(after, spread_ms))
            return
        for cast in missed:
            member.deliver(cast.message)
        self._tallies.add(Tally.FILLED, len(missed))


def _within(spread_ms: int) -> int:
    """A second at least: a ticket minted in the second in which another was voided would be refused with it."""
    return random.randint(min(_SOONEST_MS, spread_ms), spread_ms)  # noqa: S311 - spreads load, hides nothing.
