"""Kills, pauses and holds back the parts of a running system, and waits until its supervisor has healed it."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from threading import Event

import asyncpg
import psutil

from sangathan_cli.child import Child
from sangathan_cli.readiness import ask
from sangathan_cli.system import System
from sangathan_embedded.broker import NatsServer
from sangathan_embedded.ports import free_port
from sangathan_embedded.postgres import PostgresServer

SERVERS = (PostgresServer.name, NatsServer.name)
_HEALED_WITHIN_S = 240.0


class NotHealed(AssertionError):  # noqa: N818 - what the system is, said by the test that failed.
    """A part did not come back by itself."""


@dataclass(frozen=True, slots=True)
class Chaos:
    """What may happen to the parts of a system, by their names."""

    system: System

    def pid(self, name: str) -> int:
        """The living process of a part."""
        pid = self.server(name).pid if name in SERVERS else self.child(name).pid
        assert pid is not None, f"{name} is not running"
        return pid

    def server(self, name: str) -> PostgresServer | NatsServer:
        """PostgreSQL or the broker."""
        servers = self.system.servers
        return servers.postgres if name == servers.postgres.name else servers.broker

    def child(self, name: str) -> Child:
        """One of the six processes."""
        return next(child for child in self.system.children if child.name == name)

    async def kill(self, *names: str) -> None:
        """Ends parts as a power cut would, all at once, and returns when every part is ready again."""
        before = {name: self.system.restarts(name) for name in names}
        for pid in [self.pid(name) for name in names]:
            os.kill(pid, signal.SIGKILL)
        await self.until(lambda: all(self.system.restarts(name) > before[name] for name in names), f"restart {names}")
        await self.all_ready()

    async def pause(self, *names: str, for_s: float) -> None:
        """Stops parts without ending them, so that their connections stay open and nobody answers."""
        with self.paused(*names):
            await asyncio.sleep(for_s)
        await self.all_ready()

    @contextmanager
    def paused(self, *names: str) -> Iterator[None]:
        """Parts that stand still for as long as the block lasts, with every process that belongs to them."""
        stopped = [process for name in names for process in _family(self.pid(name))]
        for process in stopped:
            process.suspend()
        try:
            yield
        finally:
            for process in stopped:
                if process.is_running():
                    process.resume()

    async def hand_over(self, name: str, *, for_s: float) -> None:
        """A second process of a service takes over from the paused first, which then goes on as if nothing had been."""
        async with self._twin(name) as twin:
            with self.paused(name):
                await self._end_sessions(f"{name}_app", twin)
                await asyncio.sleep(for_s)
            await self.all_ready()
            await asyncio.sleep(2)

    def forgive(self, name: str) -> None:
        """Lets the supervisor forget how often a part has died, so that it starts it again at once."""
        supervisor = self.system._supervisor
        assert supervisor
        for kept in supervisor._kept:
            if kept.part.name == name:
                kept.failures = 0

    async def all_ready(self) -> None:
        """Returns when every process says that it is ready; raises NotHealed when one never does."""
        for child in self.system.children:
            await self.until(partial(_is_ready, child.port), f"{child.name} ready")

    @contextmanager
    def held_back(self, name: str) -> Iterator[None]:
        """A part that is dead and is not started again before the block ends."""
        part = self.server(name) if name in SERVERS else self.child(name)
        may_start = Event()
        start = part.start

        def start_later(*where: int) -> None:
            may_start.wait()
            start(*where)

        part.start = start_later  # type: ignore[method-assign]
        try:
            os.kill(self.pid(name), signal.SIGKILL)
            yield
        finally:
            del part.start
            may_start.set()

    @asynccontextmanager
    async def _twin(self, name: str) -> AsyncIterator[Child]:
        spec = self.child(name).spec
        port = free_port()
        log = spec.log.with_name(f"{name}-twin.log")
        twin = Child(replace(spec, port=port, log=log, environment={**spec.environment, "SANGATHAN_PORT": str(port)}))
        twin.start()
        try:
            await self.until(partial(_is_ready, port), f"a second {name} ready")
            yield twin
        finally:
            twin.ask_to_stop()
            await asyncio.to_thread(twin.stop, 25)

    async def _end_sessions(self, role: str, twin: Child) -> None:
        """Ends the paused process's sessions at the database, which gives its locks to whoever waits for them."""
        ports = {c.laddr.port for c in psutil.Process(twin.pid).net_connections("tcp")}
        connection = await asyncpg.connect(self.system.servers.postgres.admin_url())
        try:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND client_port <> ALL ($2)",
                role,
                list(ports),
            )
        finally:
            await connection.close()

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Returns once the condition holds; raises NotHealed when it never does."""
        deadline = time.monotonic() + _HEALED_WITHIN_S
        while not await asyncio.to_thread(condition):
            if time.monotonic() > deadline:
                raise NotHealed(f"{what}: not within {_HEALED_WITHIN_S:.0f} s")
            await asyncio.sleep(0.1)


def _is_ready(port: int) -> bool:
    return ask(port).ready


def _family(pid: int) -> list[psutil.Process]:
    leader = psutil.Process(pid)
    return [leader, *leader.children(recursive=True)]
