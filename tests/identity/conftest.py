"""Identity running on a database of its own that holds the small tree, with a clock that stands still."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sangathan_chassis.assertion import KeyFile
from sangathan_chassis.sealing import Sealer
from sangathan_embedded import EmbeddedServers
from sangathan_identity.commands.load_dataset import LoadDataset, load_dataset
from sangathan_identity.main import SERVICE
from sangathan_identity.settings import IdentitySettings
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import DatabaseUrls, FreshDatabase
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import Harness, running
from tests.identity import world


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world.write_dataset(tmp_path_factory.mktemp("dataset"))


@pytest.fixture
def sealer(servers: EmbeddedServers) -> Sealer:
    return Sealer(KeyFile(Path(servers.secrets.seal_key("identity"))))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def empty_urls(fresh_database: FreshDatabase) -> DatabaseUrls:
    return await fresh_database("identity")


@pytest.fixture
async def urls(empty_urls: DatabaseUrls, dataset: Path, sealer: Sealer) -> DatabaseUrls:
    await load_dataset(LoadDataset(empty_urls.migrator, dataset), sealer)
    return empty_urls


@pytest.fixture
async def identity(urls: DatabaseUrls, settings_for: SettingsFor, clock: FixedClock) -> AsyncIterator[Harness]:
    settings = settings_for(IdentitySettings, "identity", urls, taken_numbers_per_day=3)
    async with running(SERVICE, settings, urls, clock) as harness:
        yield harness
