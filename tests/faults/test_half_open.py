"""A connection that has fallen silent and was never closed: it is noticed, left, and nothing is lost or there twice.

The limits of the services are shortened here; `make test-faults` waits for the real ones, under load.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from sangathan_chassis import database, nats_link, outbox
from sangathan_embedded import EmbeddedServers
from sangathan_registry.main import SERVICE
from sangathan_registry.settings import RegistrySettings
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import DatabaseUrls, FreshDatabase
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import Harness, running
from tests.chassis.dead_line import DeadLine, dead_line
from tests.faults.places import Places
from tests.faults.streams import announced_workers
from tests.registry import world

pytestmark = pytest.mark.usefixtures("empty_broker", "short_limits")
AT_ONCE = 4


@pytest.fixture
async def to_database(servers: EmbeddedServers) -> AsyncIterator[DeadLine]:
    async with dead_line(servers.postgres.port) as line:
        yield line


@pytest.fixture
async def to_broker(servers: EmbeddedServers) -> AsyncIterator[DeadLine]:
    async with dead_line(servers.broker.port) as line:
        yield line


@pytest.fixture
async def urls(fresh_database: FreshDatabase) -> DatabaseUrls:
    urls = await fresh_database("registry")
    await world.put_tree(urls)
    return urls


@pytest.fixture
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "ANSWERED_WITHIN_S", 0.5)
    monkeypatch.setattr(nats_link, "PING_EVERY_S", 0.3)
    monkeypatch.setattr(outbox, "_HEARD_WITHIN", {"idle_session_timeout": "1s"})


@pytest.fixture
async def registry(
    settings_for: SettingsFor, urls: DatabaseUrls, to_database: DeadLine, to_broker: DeadLine
) -> AsyncIterator[Harness]:
    """The service, which reaches database and broker only through the proxies."""
    settings = settings_for(RegistrySettings, "registry", urls, nats=True)
    ways = {"database_url": SecretStr(to_database.way(urls.app)), "nats_url": to_broker.way(settings.nats_url)}
    settings = settings.model_copy(update=ways)
    async with running(SERVICE, settings, urls, FixedClock(world.NOW)) as harness:
        yield harness


async def test_a_database_that_falls_silent_is_left_and_nothing_is_lost(
    registry: Harness, to_database: DeadLine, servers: EmbeddedServers
) -> None:
    earlier = a_few()
    assert await sent(registry, earlier) == {"200"}
    to_database.die()
    to_database.revive()
    records = a_few()
    assert await sent(registry, records) == {"503 after 1 s"}
    async with asyncio.timeout(30):
        while await sent(registry, records) != {"200"}:
            await asyncio.sleep(0.05)
    await everything_is_told_once(registry, servers, earlier + records)


async def test_a_broker_that_falls_silent_is_noticed_and_nothing_is_lost(
    registry: Harness, to_broker: DeadLine, servers: EmbeddedServers
) -> None:
    earlier, records = a_few(), a_few()
    assert await sent(registry, earlier) == {"200"}
    to_broker.die()
    to_broker.revive()
    assert await sent(registry, records) == {"200"}
    await everything_is_told_once(registry, servers, earlier + records)


def a_few() -> list[dict[str, Any]]:
    return [world.a_record() for _ in range(AT_ONCE)]


async def sent(registry: Harness, records: list[dict[str, Any]]) -> set[str]:
    """What comes of them when each is sent by itself, all at once."""
    person = world.at(world.DISTRICT)
    replies = await asyncio.gather(*(world.synced(registry, person, [record]) for record in records))
    return {f"{one.status_code} after {one.headers['retry-after']} s" if one.is_error else "200" for one in replies}


async def everything_is_told_once(registry: Harness, servers: EmbeddedServers, records: list[dict[str, Any]]) -> None:
    """Each record is there once and was announced once, by a relay that has its lock again."""
    ids = {UUID(record["id"]) for record in records}
    async with asyncio.timeout(30):
        while await world.size(registry, "outbox"):
            await asyncio.sleep(0.05)
    assert {row["record_id"] for row in await world.rows(registry, "SELECT record_id FROM receipts")} == ids
    assert await announced_workers(Places.of(servers, {})) == dict.fromkeys(ids, 1)
