"""From a broadcast to everybody who is to hear it: one look-up, one encoding, one write each.

Casts come over core NATS, which forgets: what was sent while the broker was away does not come again. The sequence
shows a hole as soon as the next cast arrives, and a reconnect shows that there may be one: in both cases the clients
are told of a gap, and fetch over REST, each at its own moment.

A fan-out goes in slices and yields to the loop between them, so that connects and pings are served while it runs; a
client that connects meanwhile is filled from the ring, which already holds the cast.
"""

import asyncio
import logging
import time
from collections.abc import Sequence

import msgspec
from picows import WSMsgType

from sangathan_chassis.scope import is_path
from sangathan_contracts.notify import BroadcastSent
from sangathan_live.connections import Connections
from sangathan_live.members import SocketMember, StreamMember
from sangathan_live.messages import HEADROOM, Cast, Message, cast_of, gap
from sangathan_live.ring import Place, Ring
from sangathan_live.tallies import Tallies, Tally

log = logging.getLogger(__name__)

_SLICE = 256
_TEXT = WSMsgType.TEXT


class Caster:
    """Says each broadcast once, in sequence, to those it is for."""

    def __init__(self, connections: Connections, ring: Ring, tallies: Tallies) -> None:
        self._connections = connections
        self._ring = ring
        self._tallies = tallies
        self._one_at_a_time = asyncio.Lock()
        self._decoder = msgspec.json.Decoder(BroadcastSent)

    async def take(self, body: bytes) -> None:
        """Says a broadcast to everybody at its unit and below, unless it has been said already."""
        try:
            sent = self._decoder.decode(body)
        except msgspec.MsgspecError:
            sent = None
        if sent is None or not is_path(sent.path) or sent.seq < 1:
            self._tallies.add(Tally.BAD_CASTS)
            log.error("a cast that cannot be read was left out")
            return
        async with self._one_at_a_time:
            place = self._ring.place_of(sent.seq, sent.broadcast_id)
            if place is Place.SEEN:
                return
            if place is not Place.NEXT:
                await self._mend(sent, place)
            cast = cast_of(sent)
            self._ring.append(cast)
            self._tallies.add(Tally.CASTS)
            await self._to_unit(cast.path, self._fitting(cast))

    async def after_outage(self) -> None:
        """The broker was away: from the last cast on, nobody here can know what was said."""
        async with self._one_at_a_time:
            known = self._ring.last
            self._ring.forget()
            await self._say_gap(known)

    async def _mend(self, sent: BroadcastSent, place: Place) -> None:
        known = self._ring.last
        if place is Place.RESTARTED:
            known = 0
            self._ring.restart(sent.broadcast_id.hex[:12])
        log.warning("the sequence has a gap", extra={"fields": {"known": known, "next": sent.seq, "place": place.name}})
        await self._say_gap(known)

    def _fitting(self, cast: Cast) -> Message:
        """The cast itself; or where to fetch one so large that whoever has not read it at once would count as slow."""
        everybody = self._connections
        if len(cast.message.stream) <= everybody.buffer_bytes // 2:
            return cast.message
        log.warning("a cast is too large to be said", extra={"fields": {"bytes": len(cast.message.stream)}})
        return gap(cast.seq - 1, everybody.spread_ms(len(everybody)))

    async def _say_gap(self, known: int) -> None:
        everybody = self._connections
        self._tallies.add(Tally.GAPS, len(everybody))
        message = gap(known, everybody.spread_ms(len(everybody)))
        await self._say(message, everybody.sockets.all(), everybody.streams.all())

    async def _to_unit(self, path: str, message: Message) -> None:
        sockets, streams = self._connections.sockets.at(path), self._connections.streams.at(path)
        begun = time.perf_counter()
        await self._say(message, sockets, streams)
        self._tallies.add(Tally.FAN_OUT_MICROSECONDS, int((time.perf_counter() - begun) * 1e6))
        self._tallies.add(Tally.DELIVERIES, len(sockets) + len(streams))

    async def _say(self, message: Message, sockets: Sequence[SocketMember], streams: Sequence[StreamMember]) -> None:
        frame = message.socket
        for start in range(0, len(sockets), _SLICE):
            for socket in sockets[start : start + _SLICE]:
                socket.send(_TEXT, frame, HEADROOM)
            await asyncio.sleep(0)
        for start in range(0, len(streams), _SLICE):
            for stream in streams[start : start + _SLICE]:
                stream.deliver(message)
            await asyncio.sleep(0)
