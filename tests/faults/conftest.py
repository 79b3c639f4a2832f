"""One running system for all tests of this folder: the real one, as `sangathan up` runs it, with fsync."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sangathan_contracts.topology import STREAMS
from sangathan_embedded import EmbeddedServers, apply_topology
from tests.faults.chaos import Chaos
from tests.faults.places import Places
from tests.system.demo_system import DemoSystem, running_demo


@pytest.fixture(scope="package")
def demo() -> Iterator[DemoSystem]:
    with TemporaryDirectory(prefix="sangathan-") as folder, running_demo(Path(folder)) as running:
        yield running


@pytest.fixture
def chaos(demo: DemoSystem) -> Chaos:
    return Chaos(demo.system)


@pytest.fixture
async def empty_broker(servers: EmbeddedServers) -> None:
    """The test servers' broker with the whole topology, and nothing on its streams."""
    await apply_topology(servers.nats_url, servers.secrets.nats_password("operator"))
    async with Places.of(servers, {}).broker() as client:
        for stream in STREAMS:
            await client.jsm().purge_stream(stream.name)
