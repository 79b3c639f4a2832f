"""Finds connections that are no longer there, and those whose ticket is too old to be still believed.

One walk over all connections takes one ping interval, a few at a time: no timer and no task per connection, and no
burst of pings. An appointment may also run out by its date, which no event announces: a ticket says when, and its
connection ends then.
"""

import asyncio
import time

from sangathan_live.connections import Connections
from sangathan_live.members import Ending, Member
from sangathan_live.tallies import Tallies, Tally

_SLICE = 100
_MISSES = 2


class Sweep:
    """Pings, and ends what is silent or expired."""

    def __init__(self, connections: Connections, tallies: Tallies, interval_s: float) -> None:
        self._connections = connections
        self._tallies = tallies
        self._interval_s = interval_s

    async def run(self) -> None:
        """Walks round and round until cancelled."""
        while True:
            members = self._connections.all()
            pause = self._interval_s / (len(members) // _SLICE + 1)
            for start in range(0, len(members) + 1, _SLICE):
                now = time.monotonic()
                for member in members[start : start + _SLICE]:
                    self._visit(member, now)
                await asyncio.sleep(pause)

    def _visit(self, member: Member, now: float) -> None:
        if member.misses >= _MISSES:
            self._tallies.add(Tally.SILENT)
            member.abort()
        elif now >= member.until:
            member.end(Ending.EXPIRED, 1000)
        else:
            member.probe()
