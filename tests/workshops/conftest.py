"""The workshops service on a database of its own, with a small tree in its replica."""

from collections.abc import AsyncIterator

import pytest

from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import DatabaseUrls, FreshDatabase
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import running
from sangathan_workshops.main import SERVICE
from sangathan_workshops.settings import WorkshopsSettings
from tests.workshops.stage import Stage, plant


@pytest.fixture
async def urls(fresh_database: FreshDatabase) -> DatabaseUrls:
    urls = await fresh_database("workshops")
    await plant(urls)
    return urls


@pytest.fixture
async def stage(urls: DatabaseUrls, settings_for: SettingsFor) -> AsyncIterator[Stage]:
    settings = settings_for(WorkshopsSettings, "workshops", urls)
    async with running(SERVICE, settings, urls, FixedClock()) as harness:
        yield Stage(harness)
