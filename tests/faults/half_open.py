"""Connections to PostgreSQL and the broker that fall silent under load, and are never closed by anybody else."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from sangathan_embedded.services import DATABASES
from tests.chassis.dead_line import DeadLine, dead_line
from tests.faults.chaos import SERVERS, Chaos
from tests.faults.ledger import Ledger
from tests.faults.places import Places

BEHIND: Final = (*DATABASES, "gateway")
_VARIABLES: Final = ("SANGATHAN_DATABASE_URL", "SANGATHAN_NATS_URL")
# What a service waits for an answer, twice; what the server waits for a relay; and what callers wait in between.
_NOTICED_WITHIN_S: Final = 120.0


async def connections_fall_silent(chaos: Chaos, ledger: Ledger) -> None:
    """Every connection of five processes to either server does, one server after the other; they make new ones."""
    async with _lines(chaos) as lines:
        with _led_through(chaos, lines):
            await chaos.kill(*BEHIND)
        for line in lines:
            line.die()
            line.revive()
            await _goes_on(Places.of(chaos.system.servers), ledger)
        await chaos.kill(*BEHIND)


async def _goes_on(places: Places, ledger: Ledger) -> None:
    """Returns once records are taken again, and every event of before has gone out."""
    since, before = datetime.now(UTC), len(ledger.acknowledged)
    async with asyncio.timeout(_NOTICED_WITHIN_S):
        while len(ledger.acknowledged) == before or await _waiting(places, since):
            await asyncio.sleep(0.2)


async def _waiting(places: Places, before: datetime) -> int:
    counts = [await places.value(one, "SELECT count(*) FROM outbox WHERE created_at < $1", before) for one in DATABASES]
    return sum(counts)


@asynccontextmanager
async def _lines(chaos: Chaos) -> AsyncIterator[list[DeadLine]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(dead_line(chaos.server(name).port)) for name in SERVERS]


@contextmanager
def _led_through(chaos: Chaos, lines: list[DeadLine]) -> Iterator[None]:
    """Whatever is started within the block reaches the servers over these lines."""
    specs = {name: chaos.child(name).spec for name in BEHIND}
    for name, spec in specs.items():
        ways = {one: spec.environment[one] for one in _VARIABLES if one in spec.environment}
        for line in lines:
            ways = {variable: line.way(url) for variable, url in ways.items()}
        chaos.child(name).spec = replace(spec, environment={**spec.environment, **ways})
    try:
        yield
    finally:
        for name, spec in specs.items():
            chaos.child(name).spec = spec
