"""One process of the edge, put together: listens, follows the broker, and leaves in good order.

On SIGTERM: unready, up for ``drain_seconds``, no further connects, everybody is told when to come back (spread over at
least ten seconds) and closed with 1001, and out within 20 seconds whatever the clients do.
"""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Awaitable, Callable

from nats.aio.msg import Msg

from sangathan_chassis.assertion import KeyFile, Verifier
from sangathan_chassis.feed import Feed
from sangathan_chassis.nats_link import NatsLink
from sangathan_chassis.telemetry import Telemetry
from sangathan_contracts.notify import CAST_SUBJECTS
from sangathan_live.admission import Revocations, Tickets
from sangathan_live.caster import Caster
from sangathan_live.connections import Connections
from sangathan_live.front import Front
from sangathan_live.members import Ending
from sangathan_live.metrics import observe
from sangathan_live.revocation import FILTERS, STREAM, Revoker
from sangathan_live.ring import Ring
from sangathan_live.routes import Routes, State
from sangathan_live.settings import LiveSettings
from sangathan_live.sweep import Sweep
from sangathan_live.tallies import Tallies

log = logging.getLogger(__name__)

AUDIENCE = "live"
_BACKLOG = 4096
_STALE_S = 5.0
_WATCH_S = 0.25
_STOP_WITHIN_S = 20.0
_RESERVED_S = 4.0


class Edge:
    """One process's parts and their life."""

    def __init__(self, settings: LiveSettings, tallies: Tallies) -> None:
        ring = Ring(settings.live_ring)
        revocations = Revocations()
        tickets = Tickets(Verifier(KeyFile(settings.assertion_key_file), AUDIENCE), revocations)
        self._settings = settings
        self._telemetry = Telemetry(settings, AUDIENCE)
        self._nats = NatsLink(settings)
        self._connections = Connections(settings, ring, tallies)
        self._caster = Caster(self._connections, ring, tallies)
        revoker = Revoker(self._connections, revocations, tallies)
        self._identity = Feed(self._nats, STREAM, FILTERS, revoker.on_event, on_begun_anew=revoker.tell_all)
        self._reconnects = 0
        self._sweep = Sweep(self._connections, tallies, settings.live_ping_seconds)
        self.state = State(self._checks)
        self._routes = Routes(
            settings, self._connections, tickets, tallies=tallies, telemetry=self._telemetry, state=self.state
        )
        observe(self._telemetry, tallies)

    async def run(self, *, shared_port: bool, started: Callable[[int], None] = lambda _port: None) -> None:
        """Serves until SIGTERM or SIGINT; raises OSError when the port is taken."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, stop.set)
        listener = bind(self._settings.host, self._settings.port, shared=shared_port)
        # Inherited by every connection: the kernel would else keep up to 4 MB for a client that does not read.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._settings.live_buffer_bytes)
        server = await loop.create_server(lambda: Front(self._routes), sock=listener, backlog=_BACKLOG)
        self._nats.start()
        jobs = (self._identity.run, self._follow_casts, self._sweep.run)
        tasks = [asyncio.create_task(_kept_running(job), name=job.__qualname__) for job in jobs]
        port = listener.getsockname()[1]
        log.info("listening", extra={"fields": {"host": self._settings.host, "port": port}})
        started(port)
        await stop.wait()
        await self._leave(server, tasks)

    async def _leave(self, server: asyncio.Server, tasks: list[asyncio.Task[None]]) -> None:
        self.state.draining = True
        await asyncio.sleep(self._settings.drain_seconds)
        log.info("leaving", extra={"fields": {"connections": len(self._connections)}})
        server.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_WITHIN_S - self._settings.drain_seconds - _RESERVED_S):
                everybody = self._connections.all()
                await self._connections.end(everybody, Ending.DRAINING, self._connections.spread_ms(len(everybody)))
                while len(self._connections):
                    await asyncio.sleep(0.05)
        for member in self._connections.all():
            member.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._nats.close()
        self._telemetry.close()

    async def _follow_casts(self) -> None:
        client = await self._nats.wait()
        await client.subscribe(CAST_SUBJECTS, cb=self._on_cast)
        while True:
            await self._note_outage()
            await asyncio.sleep(_WATCH_S)

    async def _on_cast(self, message: Msg) -> None:
        await self._note_outage()
        await self._caster.take(message.data)

    async def _note_outage(self) -> None:
        """The client counts its reconnects, so that even the shortest outage is noticed."""
        reconnects = self._nats.client.stats["reconnects"]
        if reconnects != self._reconnects:
            self._reconnects = reconnects
            await self._caster.after_outage()

    def _checks(self) -> dict[str, str]:
        followed = self._identity.silent_s() < _STALE_S
        return {
            "broker": "" if self._nats.connected else "the broker does not answer; connections are kept",
            "revocations": "" if followed else "identity's events are not followed; they are caught up with later",
        }


async def _kept_running(job: Callable[[], Awaitable[None]]) -> None:
    """A job that fails is said and begun again, ever more slowly; the connections stay."""
    wait = 0.5
    while True:
        try:
            await job()
        except Exception:
            log.exception("background job failed")
        else:
            return
        await asyncio.sleep(wait)
        wait = min(wait * 2, 30.0)


def bind(host: str, port: int, *, shared: bool) -> socket.socket:
    """The listening socket; only shared (SO_REUSEPORT) when asked, so that a port that is taken is noticed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((host, port))
    listener.setblocking(False)  # noqa: FBT003 - the standard library's signature.
    return listener
