"""Brings a broker to the topology: creates what is missing, changes what differs, deletes nothing."""

from collections.abc import Iterable

import nats
from nats.errors import Error as NatsError
from nats.js import JetStreamContext, api
from nats.js.errors import NotFoundError

from sangathan_contracts.topology import (
    ACK_WAIT_S,
    MAX_ACK_PENDING,
    MAX_DELIVER,
    OPERATOR,
    STREAMS,
    DurableConsumer,
    Stream,
    all_consumers,
    inbox_prefix,
)
from sangathan_embedded.faults import EmbeddedFault


async def apply_topology(nats_url: str, password: str, *, user: str = OPERATOR, replicas: int = 1) -> list[str]:
    """Applies the topology as the operator and gives what was done, a line each; a second time does nothing."""
    try:
        client = await nats.connect(
            nats_url,
            user=user,
            password=password,
            inbox_prefix=inbox_prefix(user),
            allow_reconnect=False,
            connect_timeout=5,
        )
    except (NatsError, OSError, TimeoutError) as error:
        msg = f"The broker at {nats_url} does not take the operator's connection: {str(error) or type(error).__name__}."
        raise EmbeddedFault(msg) from error
    try:
        js = client.jetstream(timeout=10)
        done = [await _stream(js, stream, replicas) for stream in STREAMS]
        done += [await _consumer(js, consumer) for consumer in all_consumers()]
    finally:
        await client.close()
    return [line for line in done if line]


async def _stream(js: JetStreamContext, stream: Stream, replicas: int) -> str:
    wanted = _stream_config(stream, replicas)
    try:
        present = (await js.stream_info(stream.name)).config
    except NotFoundError:
        await js.add_stream(wanted)
        return f"created stream {stream.name}"
    if not _differs(wanted, present):
        return ""
    await js.update_stream(wanted)
    return f"changed stream {stream.name}"


async def _consumer(js: JetStreamContext, consumer: DurableConsumer) -> str:
    wanted = _consumer_config(consumer)
    try:
        present = (await js.consumer_info(consumer.stream, consumer.name)).config
    except NotFoundError:
        await js.add_consumer(consumer.stream, wanted)
        return f"created consumer {consumer.name}"
    if sorted(present.filter_subjects or [present.filter_subject or ""]) != sorted(consumer.filters) or _differs(
        wanted, present, leaving_out=("filter_subject", "filter_subjects")
    ):
        await js.add_consumer(consumer.stream, wanted)
        return f"changed consumer {consumer.name}"
    return ""


def _differs(
    wanted: api.StreamConfig | api.ConsumerConfig,
    present: api.StreamConfig | api.ConsumerConfig,
    leaving_out: Iterable[str] = (),
) -> bool:
    """Only what the topology says counts: the server fills the rest with defaults of its own."""
    have = present.as_dict()
    return any(have.get(name) != value for name, value in wanted.as_dict().items() if name not in leaving_out and value)


def _stream_config(stream: Stream, replicas: int) -> api.StreamConfig:
    republish = stream.republish
    return api.StreamConfig(
        name=stream.name,
        subjects=list(stream.subjects),
        retention=api.RetentionPolicy.WORK_QUEUE if stream.work_queue else api.RetentionPolicy.LIMITS,
        discard=api.DiscardPolicy.OLD,
        storage=api.StorageType.FILE,
        max_age=stream.max_age_s,
        duplicate_window=stream.duplicate_window_s,
        num_replicas=replicas,
        allow_direct=True,
        republish=api.RePublish(src=republish.source, dest=republish.destination) if republish else None,
    )


def _consumer_config(consumer: DurableConsumer) -> api.ConsumerConfig:
    return api.ConsumerConfig(
        durable_name=consumer.name,
        name=consumer.name,
        filter_subject=consumer.filters[0] if len(consumer.filters) == 1 else None,
        filter_subjects=list(consumer.filters) if len(consumer.filters) > 1 else None,
        deliver_policy=api.DeliverPolicy.ALL,
        ack_policy=api.AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT_S,
        max_deliver=MAX_DELIVER,
        max_ack_pending=MAX_ACK_PENDING,
    )
