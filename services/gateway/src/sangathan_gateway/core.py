"""What all connections of one gateway process share: routes, access, upstreams, the tick, and the orderly end."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING, Final

from sangathan_chassis.networks import Network, lies_in
from sangathan_gateway.access import Access
from sangathan_gateway.line import Line
from sangathan_gateway.pages import Pages
from sangathan_gateway.refusals import Refusals
from sangathan_gateway.routes import Router
from sangathan_gateway.stats import RouteStats
from sangathan_gateway.tracing import Tracing
from sangathan_gateway.upstream import Upstream

if TYPE_CHECKING:
    from sangathan_gateway.exchange import Exchange

TICK_S: Final = 0.25
FORGET_EVERY: Final = 40
STOP_WITHIN_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class Doors:
    """Who may say in X-Forwarded-For whom they speak for, and how many may be connected at once."""

    trusted: Sequence[Network] = ()
    most_lines: int = 20_000


class Core:
    """One gateway process."""

    def __init__(
        self, router: Router, access: Access, *, upstreams: Mapping[str, Upstream], pages: Pages, tracing: Tracing
    ) -> None:
        self.router = router
        self.access = access
        self.upstreams = upstreams
        self.pages = pages
        self.tracing = tracing
        self.doors = Doors()
        self.refusals = Refusals()
        self.unmatched = RouteStats("unmatched")
        self.lines: set[Line] = set()
        self.draining = False
        self.now = time.time
        self.tick = time.monotonic()
        self.date_line = _date_line()

    def line(self) -> asyncio.Protocol:
        """A protocol for a new connection."""
        return Line(self)

    def trusts(self, address: str) -> bool:
        """Whether a proxy of ours connects from there."""
        return bool(self.doors.trusted) and lies_in(self.doors.trusted, address)

    def finished(self, exchange: "Exchange") -> None:
        """Counts an answered exchange."""
        stats = exchange.route.stats if exchange.route is not None else self.unmatched
        stats.record(exchange.status, self.now() - exchange.begun_at)
        if exchange.trace.span is not None:
            self.tracing.end(exchange.trace, stats.key, exchange.status)

    async def run(self) -> None:
        """Ends what takes too long, four times a second, until cancelled."""
        turns = 0
        while True:
            await asyncio.sleep(TICK_S)
            turns += 1
            self.sweep()
            if turns % FORGET_EVERY == 0:
                self.access.forget_full(self.now())

    def sweep(self) -> None:
        """One round: the date line, callers who are too slow, services that do not answer."""
        self.tick = time.monotonic()
        self.date_line = _date_line()
        for line in list(self.lines):
            line.sweep(self.tick)
        for upstream in self.upstreams.values():
            upstream.sweep()

    async def drain(self) -> None:
        """Lets every exchange under way finish, as far as that takes no longer than it may."""
        self.draining = True
        for line in list(self.lines):
            line.finish()
        until = time.monotonic() + STOP_WITHIN_S
        while any(line.busy for line in self.lines) and time.monotonic() < until:
            await asyncio.sleep(0.02)
        for line in list(self.lines):
            line.transport.close()
        for upstream in self.upstreams.values():
            upstream.close()


def _date_line() -> bytes:
    return b"date: %b\r\n" % formatdate(usegmt=True).encode()
