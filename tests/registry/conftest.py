"""The registry, running on a database of its own that holds the small tree and nobody on record."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sangathan_chassis.assertion import KeyFile
from sangathan_chassis.sealing import Sealer
from sangathan_embedded import EmbeddedServers
from sangathan_registry.main import SERVICE
from sangathan_registry.settings import RegistrySettings
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import DatabaseUrls, FreshDatabase
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import Harness, running
from tests.registry import world


@pytest.fixture
def sealer(servers: EmbeddedServers) -> Sealer:
    return Sealer(KeyFile(Path(servers.secrets.seal_key("registry"))))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(world.NOW)


@pytest.fixture
async def empty_urls(fresh_database: FreshDatabase) -> DatabaseUrls:
    return await fresh_database("registry")


@pytest.fixture
async def urls(empty_urls: DatabaseUrls) -> DatabaseUrls:
    await world.put_tree(empty_urls)
    return empty_urls


@pytest.fixture
async def registry(urls: DatabaseUrls, settings_for: SettingsFor, clock: FixedClock) -> AsyncIterator[Harness]:
    # Counters are folded, names compared and drives looked at when a test says so.
    every = ("fold_every_s", "match_every_s", "flag_every_s", "export_every_s", "import_every_s", "send_every_s")
    rarely = dict.fromkeys(every, 3600)
    settings = settings_for(RegistrySettings, "registry", urls, questions_per_day=3, **rarely)
    async with running(SERVICE, settings, urls, clock) as harness:
        yield harness
