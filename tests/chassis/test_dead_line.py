"""A server that is gone without a word: whoever waits for it is told in time, and is served once it is back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from sangathan_chassis import database as database_module
from sangathan_chassis.database import Database
from sangathan_chassis.scope import Scope
from sangathan_testkit.databases import DatabaseUrls
from tests.chassis.dead_line import DeadLine, dead_line

AT_MOST_S = 15


@asynccontextmanager
async def behind(urls: DatabaseUrls) -> AsyncIterator[tuple[DeadLine, Database]]:
    """A database with one connection of each kind, reached by a line that can go dead."""
    url = httpx.URL(urls.app)
    assert url.port
    async with dead_line(url.port) as line:
        database = await Database.open(line.way(urls.app), size=1)
        try:
            yield line, database
        finally:
            async with asyncio.timeout(AT_MOST_S):
                await database.close()


async def wrote(database: Database) -> None:
    async with database.work(Scope.everything()) as work:
        await work.raw.execute("SELECT 1")


async def looked(database: Database) -> None:
    async with database.read(Scope.everything()) as read:
        await read.execute("SELECT 1")


@pytest.mark.parametrize("ask", [wrote, looked])
async def test_a_database_gone_without_a_word_is_noticed_and_asked_again(
    urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Database], Awaitable[None]]
) -> None:
    monkeypatch.setattr(database_module, "ANSWERED_WITHIN_S", 0.5)
    async with behind(urls) as (line, database):
        await ask(database)
        line.die()
        async with asyncio.timeout(AT_MOST_S):
            with pytest.raises((OSError, TimeoutError)):
                await ask(database)
        line.revive()
        async with asyncio.timeout(AT_MOST_S):
            await ask(database)
