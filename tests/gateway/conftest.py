"""A gateway of its own for every test: they change its state."""

import asyncio
import contextlib
import copy
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.world import POLICY, World, build

Make = Callable[..., Awaitable[World]]


@pytest.fixture
async def make_world(tmp_path: Path) -> AsyncIterator[Make]:
    """Builds gateways with changes to the policy's rows, and ends them."""
    worlds: list[World] = []
    sweepers: list[asyncio.Task[None]] = []

    async def make(**changes: Any) -> World:
        policy = copy.deepcopy(POLICY)
        for table, rows in changes.items():
            for name, row in rows.items():
                policy[table][name] = policy[table].get(name, {}) | row
        world = await build(tmp_path, policy)
        worlds.append(world)
        sweepers.append(asyncio.create_task(world.core.run()))
        return world

    yield make
    for sweeper in sweepers:
        sweeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sweeper
    for world in worlds:
        await end(world)


@pytest.fixture
async def world(make_world: Make) -> World:
    """A gateway as most tests want it."""
    return await make_world()


async def end(world: World) -> None:
    """Closes every socket."""
    await world.client.aclose()
    world.server.close()
    for service in world.services.values():
        await service.stop()
    await world.core.drain()
    world.core.tracing.close()
    await asyncio.sleep(0.01)
