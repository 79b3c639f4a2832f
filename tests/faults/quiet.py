"""Whether anything is still under way: outboxes, consumers, dead letters, unlinked entries, unfolded counters."""

import asyncio
import time

import asyncpg
import nats.errors
from nats.aio.client import Client

from sangathan_contracts.topology import CONSUMERS, DLQ_STREAM, REQUEUE_STREAM
from tests.faults.places import Places

_TABLES = ("outbox", "audit_pending", "count_deltas", "drive_deltas", "drive_flag_queue")
_LOOK_EVERY_S = 0.5
_GONE = (asyncpg.PostgresError, nats.errors.Error, OSError, TimeoutError)


async def settle(places: Places, within_s: float = 180) -> list[str]:
    """Waits until nothing is under way; gives what still is when the time is over, or servers that do not answer."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            left = await under_way(places)
        except _GONE as error:
            left = [f"a server does not answer: {type(error).__name__}"]
        if not left or time.monotonic() > deadline:
            return left
        await asyncio.sleep(_LOOK_EVERY_S)


async def under_way(places: Places) -> list[str]:
    """A sentence for each thing that waits."""
    left = [sentence for service in places.databases for sentence in await _waiting_rows(places, service)]
    async with places.broker() as client:
        return [*left, *await _waiting_messages(client)]


async def _waiting_rows(places: Places, service: str) -> list[str]:
    there = await places.rows(service, "SELECT tablename FROM pg_tables WHERE tablename = ANY($1)", list(_TABLES))
    sizes = {name: await places.value(service, f"SELECT count(*) FROM {name}") for (name,) in there}  # noqa: S608
    return [f"{size} rows wait in {service}.{name}" for name, size in sizes.items() if size]


async def _waiting_messages(client: Client) -> list[str]:
    manager = client.jsm()
    left = []
    for stream in (DLQ_STREAM, REQUEUE_STREAM):
        letters = (await manager.stream_info(stream)).state.messages
        left += [f"{letters} messages lie in {stream}"] if letters else []
    for consumer in CONSUMERS:
        info = await manager.consumer_info(consumer.stream, consumer.name)
        waiting = (info.num_pending or 0) + (info.num_ack_pending or 0)
        left += [f"{waiting} messages wait for {consumer.name}"] if waiting else []
    return left
