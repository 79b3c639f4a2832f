"""The devices of a drive, each with a connection of its own, that send until every record has its answer.

Two batches in a hundred are sent again after they were answered, and of one in a hundred the connection is cut before
the answer comes, so that the device cannot know and sends again. What is refused for the moment is sent again as well.
"""

import asyncio
import contextlib
import mmap
import random
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sangathan_bench.drive_records import Batch, Device, Haul
from sangathan_embedded.ports import LOOPBACK

AGAIN: Final = 0.02
CUT: Final = 0.01
_PATH: Final = "/v1/sync-batches"
_CUT_WITHIN_S: Final = 0.05
_REST_S: Final = 0.25
_PATIENCE_S: Final = 300.0
_LATER: Final = frozenset({429, 503, 504})
_OUTCOMES: Final = ("accepted", "already-there", "rejected", "needs-review")
_RECEIPT: Final = b'"receipt":"'


@dataclass(slots=True)
class Answers:
    """What came back: seconds per answered batch, how often what happened, and answers that nobody may get."""

    seconds: list[float] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)


class _Line:
    """One connection at a time to the gateway."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, request: bytes | memoryview, head: bytes) -> asyncio.StreamReader:
        """Sends the request, over a new connection if there is none; gives where the answer will come."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(LOOPBACK, self._port, limit=1 << 20)
        reader, writer = self._streams
        writer.write(head)
        writer.write(request)
        await writer.drain()
        return reader

    def cut(self) -> None:
        """Ends the connection as a lost network does, whatever is under way."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None

    async def close(self) -> None:
        """Ends the connection in order."""
        if self._streams is not None:
            self._streams[1].close()
            with contextlib.suppress(OSError):
                await self._streams[1].wait_closed()
            self._streams = None


class Crowd:
    """All devices, so many of them at a time."""

    def __init__(self, port: int, haul: Haul, at_once: int) -> None:
        self._port = port
        self._haul = haul
        self._at_once = at_once
        self._random = random.Random(21)
        self.answers = Answers()
        self.sent = 0
        """How many records have their answers so far."""

    async def send_all(self, devices: Sequence[Device]) -> int:
        """Returns when every batch of these devices has been answered for good; gives how many records they had."""
        waiting, before = deque(devices), self.sent
        with self._haul.file.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as bodies:

            async def next_ones() -> None:
                while waiting:
                    await self._device(bodies, waiting.popleft())

            await asyncio.gather(*(next_ones() for _ in range(self._at_once)))
        return self.sent - before

    async def _device(self, bodies: mmap.mmap, device: Device) -> None:
        line = _Line(self._port)
        for batch in device.batches:
            body = bodies[batch.at : batch.at + batch.length]
            head = _head(device, batch)
            for cut in self._turns():
                await self._one(line, (head, body), batch, cut=cut)
            self.sent += batch.records
        await line.close()

    def _turns(self) -> Iterator[bool]:
        """How often a batch is sent, and whether its connection is cut."""
        if self._random.random() < CUT:
            yield True
        yield False
        if self._random.random() < AGAIN:
            self.answers.met["sent again"] += 1
            yield False

    async def _one(self, line: _Line, request: tuple[bytes, bytes], batch: Batch, *, cut: bool) -> None:
        until = time.monotonic() + _PATIENCE_S
        begun = time.perf_counter()
        while not await self._answered(line, request, batch, cut=cut):
            if time.monotonic() > until:
                self.answers.strange.append("no answer came")
                return
            await asyncio.sleep(_REST_S)
        if not cut:
            self.answers.seconds.append(time.perf_counter() - begun)

    async def _answered(self, line: _Line, request: tuple[bytes, bytes], batch: Batch, *, cut: bool) -> bool:
        """Whether this need not be sent any more."""
        head, body = request
        try:
            reader = await line.send(body, head)
            if cut:
                await asyncio.sleep(self._random.uniform(0, _CUT_WITHIN_S))
                line.cut()
                self.answers.met["cut"] += 1
                return True
            status, told = await _answer(reader)
        except (OSError, asyncio.IncompleteReadError):
            line.cut()
            self.answers.met["lost connection"] += 1
            return False
        self.answers.met[str(status)] += 1
        if status in _LATER:
            return False
        self._note(status, told, batch)
        return True

    def _note(self, status: int, told: bytes, batch: Batch) -> None:
        ends = {name: told.count(b'"outcome":"%s"' % name.encode()) for name in _OUTCOMES}
        kept = ends["accepted"] + ends["already-there"]
        if status != 200 or kept != batch.records - batch.bad or ends["rejected"] != batch.bad or _RECEIPT not in told:
            self.answers.strange.append(f"{status} {ends} for {batch.records} records: {told[:300]!r}")


def _head(device: Device, batch: Batch) -> bytes:
    said = f"content-type: application/json\r\naccept: application/json\r\ncontent-length: {batch.length}\r\n\r\n"
    return f"POST {_PATH} HTTP/1.1\r\nhost: bench\r\n{device.vistarak.headers()}{said}".encode()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    return int(head.split(b" ", 2)[1]), await reader.readexactly(length)
