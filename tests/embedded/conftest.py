"""One pair of real servers for the tests of this folder."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import nats
import pytest
from nats.aio.client import Client

from sangathan_contracts.topology import inbox_prefix
from sangathan_embedded import EmbeddedServers, apply_topology


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory that the servers' account can reach, which pytest's own is not for root."""
    with TemporaryDirectory(prefix="sangathan-") as name:
        yield Path(name) / "data"


@pytest.fixture(scope="session")
def embedded() -> Iterator[EmbeddedServers]:
    with TemporaryDirectory(prefix="sangathan-") as name, EmbeddedServers(Path(name), durable=False) as servers:
        yield servers


@pytest.fixture(scope="session")
async def broker(embedded: EmbeddedServers) -> EmbeddedServers:
    await apply_topology(embedded.nats_url, embedded.secrets.nats_password("operator"))
    return embedded


class Signed:
    """Connections to the broker by user, with what the broker refused them."""

    def __init__(self, servers: EmbeddedServers) -> None:
        self._servers = servers
        self._clients: list[Client] = []
        self.refusals: list[str] = []

    async def on_as(self, user: str) -> Client:
        async def refused(error: Exception) -> None:
            self.refusals.append(str(error).lower())

        client = await nats.connect(
            self._servers.nats_url,
            user=user,
            password=self._servers.secrets.nats_password(user),
            inbox_prefix=inbox_prefix(user),
            error_cb=refused,
        )
        self._clients.append(client)
        return client

    async def close(self) -> None:
        for client in self._clients:
            await client.close()


@pytest.fixture
async def signed(broker: EmbeddedServers) -> AsyncIterator[Signed]:
    signed = Signed(broker)
    yield signed
    await signed.close()
