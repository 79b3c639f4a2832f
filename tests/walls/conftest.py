"""Each service's own database, as its migrations make it and with rows in every scoped table."""

import pytest

from sangathan_embedded.services import DATABASES
from sangathan_testkit.databases import DatabaseUrls, FreshDatabase
from tests.walls.planting import Planted, plant


@pytest.fixture(params=sorted(DATABASES))
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def urls(service: str, fresh_database: FreshDatabase) -> DatabaseUrls:
    return await fresh_database(service)


@pytest.fixture
async def planted(urls: DatabaseUrls) -> Planted:
    return await plant(urls)
