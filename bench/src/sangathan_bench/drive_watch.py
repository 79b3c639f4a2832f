"""What is looked at while a drive comes in: progress, memory of every process, the disk, and what waits at the end."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg
import nats
import psutil

from sangathan_bench.drive_devices import Crowd
from sangathan_bench.figures import Figures
from sangathan_bench.stage import Stage
from sangathan_contracts.topology import CONSUMERS, OPERATOR, inbox_prefix
from sangathan_embedded.services import DATABASES

_LOOK_EVERY_S: Final = 1.0
_TELL_EVERY_S: Final = 30.0
_WAITING: Final = ("outbox", "audit_pending", "count_deltas", "drive_deltas")
_MATCHING: Final = ("match_queue",)
_MIB: Final = 1 << 20
_BLOCK: Final = 512


@dataclass(slots=True)
class Memory:
    """Megabytes by process, look after look; PostgreSQL's shared buffers count once among all its processes."""

    looks: list[dict[str, float]] = field(default_factory=list)

    def peak(self) -> dict[str, float]:
        """The most of each process, and ``sum``: the most of all together at one time."""
        names = {name for look in self.looks for name in look}
        most = {name: max(look.get(name, 0.0) for look in self.looks) for name in sorted(names)}
        return {"sum": max(sum(look.values()) for look in self.looks)} | most

    def growth(self) -> float:
        """The sum at the end over the sum after the first third: flat memory stays near 1."""
        sums = [sum(look.values()) for look in self.looks]
        return sums[-1] / sums[len(sums) // 3]


@asynccontextmanager
async def watched_memory(stage: Stage) -> AsyncIterator[Memory]:
    """Looks at every process once a second for as long as the block lasts."""
    memory, over = Memory(), asyncio.Event()
    processes = {name: stage.process(name) for name in stage.parts()}

    async def look() -> None:
        while not over.is_set():
            memory.looks.append(await asyncio.to_thread(_held, processes))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await over.wait()

    task = asyncio.create_task(look())
    try:
        yield memory
    finally:
        over.set()
        await task


def _held(processes: dict[str, psutil.Process]) -> dict[str, float]:
    return {
        name: (_shared(one) if name == "postgres" else one.memory_info().rss) / _MIB for name, one in processes.items()
    }


def _shared(leader: psutil.Process) -> int:
    total = 0
    for one in (leader, *leader.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            total += one.memory_full_info().pss
    return total


@asynccontextmanager
async def told(figures: Figures, crowd: Crowd, records: int) -> AsyncIterator[None]:
    """Says every half minute how many records are in, for as long as the block lasts."""

    async def tell() -> None:
        begun = time.monotonic()
        while True:
            await asyncio.sleep(_TELL_EVERY_S)
            figures.say(f"{crowd.sent} of {records} records after {time.monotonic() - begun:.0f} s")

    task = asyncio.create_task(tell())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def megabytes(folder: Path) -> float:
    """What a folder takes up on the disk; what is deleted meanwhile does not count."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(place) / name).lstat().st_blocks * _BLOCK
    return total / _MIB


async def drained(stage: Stage, within_s: float) -> None:
    """Waits until nothing is under way but the search for duplicates; raises RuntimeError when that takes too long."""
    until = time.monotonic() + within_s
    while left := [*await _rows(stage, _WAITING), *await _messages(stage)]:
        if time.monotonic() > until:
            raise RuntimeError(f"this still waits: {', '.join(left)}")
        await asyncio.sleep(0.1)


async def matched(stage: Stage, within_s: float) -> bool:
    """Waits until every record has been compared; False when that takes longer."""
    until = time.monotonic() + within_s
    while await _rows(stage, _MATCHING):
        if time.monotonic() > until:
            return False
        await asyncio.sleep(0.5)
    return True


async def _rows(stage: Stage, tables: Sequence[str]) -> list[str]:
    left = []
    for service in DATABASES:
        connection = await asyncpg.connect(stage.admin_url(service))
        try:
            for table in tables:
                name = await connection.fetchval("SELECT to_regclass($1)::text", table)
                if name and await connection.fetchval(f"SELECT EXISTS (SELECT FROM {name})"):  # noqa: S608 - a table's name.
                    left.append(f"{service}.{table}")
        finally:
            await connection.close()
    return left


async def _messages(stage: Stage) -> list[str]:
    client = await nats.connect(
        stage.nats_url,
        user=OPERATOR,
        password=stage.secrets.nats_password(OPERATOR),
        inbox_prefix=inbox_prefix(OPERATOR),
    )
    try:
        infos = [await client.jsm().consumer_info(one.stream, one.name) for one in CONSUMERS]
    finally:
        await client.close()
    return [f"messages for {one.name}" for one in infos if (one.num_pending or 0) + (one.num_ack_pending or 0)]
