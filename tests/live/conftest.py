"""The real edge as a process of its own, on a real broker with the real topology."""

import asyncio
import contextlib
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import httpx
import nats
import pytest
from nats.aio.client import Client
from websockets.asyncio.client import ClientConnection, connect

from sangathan_chassis.assertion import Claims, KeyFile, Minter
from sangathan_contracts.envelope import Event, subject_of
from sangathan_contracts.topology import inbox_prefix
from sangathan_embedded import apply_topology
from sangathan_embedded.broker import NatsServer
from sangathan_embedded.layout import Layout
from sangathan_embedded.ports import free_port
from sangathan_embedded.secret_files import SecretFiles
from tests.live.builders import a_broadcast, encode

PATIENCE_S = 15
START_S = 60


class Broker:
    """A nats-server of its own: the edge needs no database."""

    def __init__(self, folder: Path) -> None:
        layout = Layout(folder)
        layout.make()
        self.secrets = SecretFiles(layout.secrets)
        self.secrets.make()
        self.server = NatsServer(layout, self.secrets, sync_interval="1s")
        self.port = free_port()
        self._seqs = itertools.count(1)
        self.said = 0

    async def start(self) -> None:
        self.server.start(self.port)
        await apply_topology(self.server.url, self.secrets.nats_password("operator"))

    async def signed_on(self, user: str) -> Client:
        password = self.secrets.nats_password(user)
        return await nats.connect(self.server.url, user=user, password=password, inbox_prefix=inbox_prefix(user))

    async def say(self, path: str, *, body: str = "All of us", skip: int = 0) -> int:
        """What notify does for a broadcast; gives its sequence number."""
        for _ in range(skip + 1):
            self.said = next(self._seqs)
        await self.publish("notify", a_broadcast(self.said, path, body=body), path)
        return self.said

    async def publish(self, service: str, event: Event, path: str = "") -> None:
        client = await self.signed_on(service)
        headers = {
            "ce-id": str(uuid4()),
            "ce-type": event.type,
            "ce-source": f"sangathan/{service}",
            "ce-time": "2022-01-20T09:00:00+00:00",
            "ce-specversion": "1.0",
        }
        try:
            await client.jetstream().publish(subject_of(event.type, path), encode(event), headers=headers)
        finally:
            await client.close()


class Edge:
    """A running edge, and what a client needs to reach it."""

    def __init__(self, broker: Broker, settings: dict[str, str]) -> None:
        self.port = free_port()
        self._minter = Minter(KeyFile(broker.secrets.assertion_key("live")))
        environment = {
            "SANGATHAN_PORT": str(self.port),
            "SANGATHAN_NATS_URL": broker.server.url,
            "SANGATHAN_NATS_PASSWORD": broker.secrets.nats_password("live"),
            "SANGATHAN_ASSERTION_KEY_FILE": str(broker.secrets.assertion_key("live")),
        }
        self.process = subprocess.Popen(
            [Path(sys.executable).with_name("sangathan-live"), "serve"],
            env={**os.environ, **environment, **settings},
            stdout=subprocess.PIPE,
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ticket(self, *paths: str, **claims: Any) -> str:
        now = int(time.time())
        base = {"aud": "live", "act": "live.listen", "iat": now, "exp": now + 30, "paths": paths, "sub": str(uuid4())}
        return self._minter.mint(Claims(**{**base, **claims}))

    async def ready(self) -> None:
        async with httpx.AsyncClient() as client, asyncio.timeout(START_S):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(f"{self.url}/readyz")).status_code == 200:
                        return
                await asyncio.sleep(0.05)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.ask("GET", path, **more)

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await client.request(method, f"{self.url}{path}", **more)

    @asynccontextmanager
    async def socket(self, *paths: str, after: int | None = None, **claims: Any) -> AsyncIterator["Listener"]:
        """A client that has been greeted."""
        query = "" if after is None else f"?after={after}"
        subprotocols: Any = ["sangathan.v1", f"ticket.{self.ticket(*paths, **claims)}"]
        async with connect(
            f"ws://127.0.0.1:{self.port}/live{query}", subprotocols=subprotocols, compression=None
        ) as socket:
            listener = Listener(socket)
            listener.hello = await listener.next()
            yield listener

    async def cut(self, reason: str) -> float:
        """How many connections were cut for this reason."""
        for row in (await self.get("/metrics")).text.splitlines():
            if row.startswith("sangathan_live_cut_total") and f'reason="{reason}"' in row:
                return float(row.rsplit(" ", 1)[1])
        return 0.0

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


class Listener:
    """One WebSocket client."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.hello: dict[str, Any] = {}

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            message: dict[str, Any] = json.loads(await self.socket.recv())
            return message

    async def seqs(self, count: int) -> list[int]:
        messages = [await self.next() for _ in range(count)]
        assert {m["type"] for m in messages} <= {"cast"}, messages
        return [m["seq"] for m in messages]


StartEdge = Callable[..., Awaitable[Edge]]


@pytest.fixture(scope="session")
async def broker() -> AsyncIterator[Broker]:
    with TemporaryDirectory(prefix="sangathan-") as name:
        broker = Broker(Path(name))
        await broker.start()
        yield broker
        broker.server.stop()


@pytest.fixture
def own_broker() -> Iterator[Broker]:
    """A broker that the test may stop, or whose sequence it may break."""
    with TemporaryDirectory(prefix="sangathan-") as name:
        broker = Broker(Path(name))
        yield broker
        broker.server.stop()


@pytest.fixture(scope="session")
async def edge(broker: Broker) -> AsyncIterator[Edge]:
    """An edge that the tests of a session share."""
    edge = Edge(broker, {})
    await edge.ready()
    yield edge
    edge.stop()


@pytest.fixture
def start_edge(broker: Broker) -> Iterator[StartEdge]:
    """Starts an edge of the test's own, with settings of its own."""
    started: list[Edge] = []

    async def start(own: Broker | None = None, **settings: str) -> Edge:
        edge = Edge(own or broker, {f"SANGATHAN_{name.upper()}": value for name, value in settings.items()})
        started.append(edge)
        await edge.ready()
        return edge

    yield start
    for edge in started:
        edge.stop()
