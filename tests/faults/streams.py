"""What lies on the streams, counted by event and not by message: a relay may publish an event again after a crash."""

from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from sangathan_contracts.envelope import Event
from sangathan_contracts.notify import BroadcastSent
from sangathan_contracts.registry import WorkersEnrolled
from tests.faults.places import Places

_BATCH = 200


async def announced_workers(places: Places) -> dict[UUID, int]:
    """In how many events each worker was announced."""
    times: Counter[UUID] = Counter()
    async for message in _events(places, "EV_REGISTRY", WorkersEnrolled):
        times.update(msgspec.json.decode(message.data, type=WorkersEnrolled).worker_ids)
    return dict(times)


async def broadcast_numbers(places: Places) -> dict[int, int]:
    """In how many events each broadcast's number went out."""
    times: Counter[int] = Counter()
    async for message in _events(places, "EV_NOTIFY", BroadcastSent):
        times[msgspec.json.decode(message.data, type=BroadcastSent).seq] += 1
    return dict(times)


async def _events(places: Places, stream: str, event_type: type[Event]) -> AsyncIterator[Msg]:
    """Each event of the type, once."""
    config = ConsumerConfig(
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.NONE,
        filter_subject=f"ev.{event_type.type}.>",
        inactive_threshold=30,
        mem_storage=True,
    )
    seen: set[str] = set()
    async with places.broker() as client:
        info = await client.jsm().add_consumer(stream, config)
        left = info.num_pending or 0
        pulled = await client.jetstream().pull_subscribe_bind(consumer=info.name, stream=stream)
        while left:
            messages = await pulled.fetch(min(_BATCH, left), timeout=20)
            left -= len(messages)
            for message in messages:
                event_id = (message.headers or {})["ce-id"]
                if event_id not in seen:
                    seen.add(event_id)
                    yield message
