"""A feed holds its place in a stream, and notices when the stream is another one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest

from sangathan_chassis.feed import Feed
from sangathan_chassis.nats_link import NatsLink
from sangathan_contracts.envelope import Envelope
from sangathan_embedded import EmbeddedServers, apply_topology
from sangathan_testkit.links import linked
from tests.faults.places import Places

STREAM = "EV_IDENTITY"


class Seen:
    """A feed and what it has told."""

    def __init__(self, link: NatsLink) -> None:
        self.told: list[UUID | str] = []
        self.feed = Feed(link, STREAM, ("ev.identity.>",), self._on_event, on_begun_anew=self._on_begun_anew)

    async def _on_event(self, envelope: Envelope) -> None:
        self.told.append(envelope.id)

    async def _on_begun_anew(self) -> None:
        self.told.append("begun anew")

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.feed.run())
        await self.feed.positioned()
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def tells(self, *told: UUID | str) -> None:
        async with asyncio.timeout(15):
            while len(self.told) < len(told):
                await asyncio.sleep(0.02)
        assert self.told == list(told)


async def say(link: NatsLink) -> UUID:
    said = uuid4()
    headers = {"ce-id": str(said), "ce-type": "x", "ce-source": "x", "ce-time": "2022-01-20T00:00:00+00:00"}
    await link.js.publish("ev.identity.tree.reloaded.v1.in", b"{}", headers=headers)
    return said


@pytest.mark.parametrize("grown", [1, 3, 5])
@pytest.mark.parametrize("anew", [True, False])
async def test_a_feed_goes_on_where_it_was_and_notices_a_stream_that_was_made_anew(
    servers: EmbeddedServers, *, anew: bool, grown: int
) -> None:
    password = servers.secrets.nats_password("operator")
    await apply_topology(servers.nats_url, password)
    async with linked(servers, "identity") as identity, linked(servers, "gateway") as gateway:
        seen = Seen(gateway)
        async with seen.following():
            first = [await say(identity) for _ in range(3)]
            await seen.tells(*first)
        if anew:
            async with Places.of(servers, {}).broker() as operator:
                await operator.jsm().delete_stream(STREAM)
            await apply_topology(servers.nats_url, password)
        missed = [await say(identity) for _ in range(grown)]
        async with seen.following():
            await seen.tells(*first, *(["begun anew"] if anew else missed))
            await seen.tells(*seen.told, await say(identity))
