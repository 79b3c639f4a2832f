"""The little notes service, running on a database of its own."""

from collections.abc import AsyncIterator

import pytest

from sangathan_chassis.settings import ServiceSettings
from sangathan_testkit.databases import DatabaseUrls, FreshDatabase
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import Harness, running
from tests.chassis import notes


@pytest.fixture
async def urls(bare_database: FreshDatabase) -> DatabaseUrls:
    urls = await bare_database("workshops")
    await notes.make_tables(urls)
    return urls


@pytest.fixture
async def service(urls: DatabaseUrls, settings_for: SettingsFor) -> AsyncIterator[Harness]:
    settings = settings_for(ServiceSettings, "workshops", urls)
    async with running(notes.SERVICE, settings, urls) as harness:
        yield harness
