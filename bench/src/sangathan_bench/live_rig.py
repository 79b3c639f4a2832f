"""Those who say a frame to everybody, for the benchmark of the live edge: the edge, the C floor, the FastAPI peer.

Each has connections of its own, held open over all rounds by a C client that only counts bytes.
"""

import asyncio
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self
from uuid import UUID

import httpx
import msgspec
import nats
import psutil
from nats.aio.client import Client

from sangathan_bench.pypi import environment
from sangathan_chassis.assertion import Claims, KeyFile, Minter
from sangathan_contracts.envelope import subject_of
from sangathan_contracts.notify import BroadcastSent
from sangathan_contracts.topology import inbox_prefix
from sangathan_embedded import apply_topology
from sangathan_embedded.broker import NatsServer
from sangathan_embedded.layout import Layout
from sangathan_embedded.ports import answers, free_port
from sangathan_embedded.secret_files import SecretFiles

FLOORS = Path(__file__).with_name("floors")
READY_WITHIN_S = 30.0
ROUND_WITHIN_S = 120.0
PATH = "in.mp."
_HANDSHAKE = (
    "GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


class Sayer(Protocol):
    """Somebody who says frames to everybody connected."""

    port: int

    @property
    def pid(self) -> int:
        """The process that says them."""

    def say(self, count: int, size: int) -> None:
        """Begins to say a frame of ``size`` bytes, ``count`` times."""


def compile_c(name: str, folder: Path) -> Path:
    """Compiles one of the floors' C files with the machine's compiler."""
    program = folder / name
    subprocess.run(["cc", "-O2", "-o", program, FLOORS / f"{name}.c"], check=True)
    return program


class Crowd:
    """Connections to one port, held by the C client."""

    def __init__(self, program: Path, port: int, heads: Path, connections: int) -> None:
        self.connections = connections
        self._process = subprocess.Popen(
            [program, str(port), str(connections), heads], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        if self._said() != "open":
            raise RuntimeError("the connections could not be opened")

    def reset(self) -> None:
        """Begins to count anew."""
        self._tell("reset")
        self._said()

    def count(self) -> int:
        """Bytes counted; raises RuntimeError when a connection has been lost."""
        self._tell("count")
        counted, still_open = self._said().split()
        if int(still_open) != self.connections:
            raise RuntimeError(f"only {still_open} of {self.connections} connections are still open")
        return int(counted)

    def settle(self) -> int:
        """Waits until nothing comes any more, and gives what was counted."""
        until, before = time.monotonic() + ROUND_WITHIN_S, -1
        while (now := self.count()) != before and time.monotonic() < until:
            before = now
            time.sleep(0.5)
        return now

    def wait(self, count: int) -> float:
        """Waits for so many bytes, and gives the moment of the last on the monotonic clock, in seconds."""
        self._tell(f"wait {count}")
        return int(self._said()) / 1e9

    def close(self) -> None:
        """Ends the connections."""
        self._process.kill()
        self._process.communicate()

    def _tell(self, line: str) -> None:
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101 - made with pipes.
        pipe.write(line + "\n")
        pipe.flush()

    def _said(self) -> str:
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101 - made with pipes.
        return pipe.readline().strip()


class Floor:
    """The C epoll writer."""

    def __init__(self, folder: Path, connections: int) -> None:
        self.port = free_port()
        program = compile_c("epoll_writer", folder)
        self._process = subprocess.Popen(
            [program, str(self.port), str(connections + 100)], stdin=subprocess.PIPE, text=True
        )
        wait_for_port(self.port)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def say(self, count: int, size: int) -> None:
        """Tells the writer over its standard input."""
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101 - made with a pipe.
        pipe.write(f"{count} {size}\n")
        pipe.flush()

    def close(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.communicate()


class FastapiPeer:
    """A plain FastAPI loop under uvicorn, from PyPI, in an environment of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        python = environment(folder / "peer", "fastapi", "uvicorn[standard]")
        self._process = subprocess.Popen([python, FLOORS / "fastapi_peer.py", str(self.port)])
        wait_for_port(self.port)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def say(self, count: int, size: int) -> None:
        """Asks over HTTP; the answer comes when everything has been written."""
        url = f"http://127.0.0.1:{self.port}/say"
        httpx.post(url, params={"count": count, "size": size}, timeout=ROUND_WITHIN_S)

    def close(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.wait()


class LiveEdge:
    """The real edge on a real broker; what notify would publish is published as notify."""

    def __init__(self, folder: Path, connections: int) -> None:
        layout = Layout(folder / "data")
        layout.make()
        self.port = free_port()
        self._connections = connections
        self._secrets = SecretFiles(layout.secrets)
        self._secrets.make()
        self._broker = NatsServer(layout, self._secrets, sync_interval="1s")
        self._log: IO[bytes] = (layout.logs / "live.log").open("wb")
        self._runner = asyncio.Runner()
        self._seq = 100_000  # So that every frame of the benchmark has the same length.
        self._notify: Client
        self._process: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        """Starts both and waits until the edge is ready."""
        self._broker.start(free_port())
        self._runner.run(apply_topology(self._broker.url, self._secrets.nats_password("operator")))
        self._notify = self._runner.run(self._signed_on())
        self._process = subprocess.Popen(
            [Path(sys.executable).with_name("sangathan-live"), "serve"],
            env={**os.environ, **self._environment()},
            stdout=self._log,
        )
        wait_for_port(self.port)
        until = time.monotonic() + READY_WITHIN_S
        while httpx.get(f"http://127.0.0.1:{self.port}/readyz").status_code != 200:
            if time.monotonic() > until:
                raise RuntimeError("the live edge did not get ready")
            time.sleep(0.1)
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Ends both."""
        self._process.kill()
        self._process.wait()
        self._runner.run(self._notify.close())
        self._runner.close()
        self._broker.stop()
        self._log.close()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def rss_kb(self) -> float:
        """What the edge's process holds in memory."""
        return float(psutil.Process(self.pid).memory_info().rss) / 1024

    def heads(self, path: Path) -> Path:
        """A handshake per connection: as many persons, at as many booths."""
        minter = Minter(KeyFile(self._secrets.assertion_key("live")))
        now = int(time.time())
        with path.open("w") as file:
            for number in range(self._connections):
                person = str(UUID(int=number))
                booth = f"{PATH}d{number % 57:02}.v{number % 230:03}.m{number % 5:02}.b{number:05}."
                claims = Claims(
                    aud="live",
                    act="live.listen",
                    iat=now,
                    exp=now + 30,
                    sub=person,
                    sid=str(UUID(int=number + 10**9)),
                    apts=(str(UUID(int=number + 2 * 10**9)),),
                    paths=(booth,),
                )
                ticket = minter.mint(claims)
                file.write(f"{_HANDSHAKE}Sec-WebSocket-Protocol: sangathan.v1, ticket.{ticket}\r\n\r\n")
        return path

    def say(self, count: int, _size: int) -> None:
        """Publishes broadcasts; their size is that of the warming up, since all have the same length."""
        self._runner.run(self._publish(count))

    async def _publish(self, count: int) -> None:
        for _ in range(count):
            self._seq += 1
            sent = a_broadcast(self._seq)
            headers = {"Nats-Msg-Id": str(sent.broadcast_id)}
            await self._notify.publish(subject_of(sent.type, PATH), msgspec.json.encode(sent), headers=headers)
        await self._notify.flush()

    async def _signed_on(self) -> Client:
        password = self._secrets.nats_password("notify")
        return await nats.connect(
            self._broker.url, user="notify", password=password, inbox_prefix=inbox_prefix("notify")
        )

    def _environment(self) -> dict[str, str]:
        return {
            "SANGATHAN_PORT": str(self.port),
            "SANGATHAN_NATS_URL": self._broker.url,
            "SANGATHAN_NATS_PASSWORD": self._secrets.nats_password("live"),
            "SANGATHAN_ASSERTION_KEY_FILE": str(self._secrets.assertion_key("live")),
            "SANGATHAN_LIVE_MAX_CONNECTIONS": str(self._connections + 100),
            "SANGATHAN_LIVE_CONNECTS_PER_S": "1000000",
            # The counting client answers no pings.
            "SANGATHAN_LIVE_PING_SECONDS": "3600",
        }


def a_broadcast(seq: int) -> BroadcastSent:
    """A broadcast of ordinary length, in both languages."""
    return BroadcastSent(
        broadcast_id=UUID(int=seq),
        seq=seq,
        unit_id=UUID(int=1),
        path=PATH,
        title_hi="बूथ विस्तारक अभियान",
        title_en="Booth Vistarak drive",
        body_hi="सभी कार्यकर्ता आज शाम छह बजे जुड़ें।",
        body_en="All workers join at six this evening.",
        sent_at=datetime(2022, 1, 20, 9, 0, tzinfo=UTC),
    )


def plain_heads(path: Path) -> Path:
    """The handshake for servers that want no ticket."""
    path.write_text(f"{_HANDSHAKE}\r\n")
    return path


def wait_for_port(port: int) -> None:
    """Waits until somebody listens; raises RuntimeError when nobody does."""
    until = time.monotonic() + READY_WITHIN_S
    while not answers(port):
        if time.monotonic() > until:
            raise RuntimeError(f"nobody listens on port {port}")
        time.sleep(0.05)
