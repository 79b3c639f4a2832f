"""Each NATS user may do what the topology derives for it, and the broker refuses the rest."""

import asyncio
import json

import nats.errors
import pytest
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig
from nats.js.errors import NoStreamResponseError

from sangathan_contracts.topology import CONSUMERS, STREAMS, snapshot_inbox
from sangathan_embedded import EmbeddedServers, apply_topology
from tests.embedded.conftest import Signed

UNIT_EVENT = "ev.identity.unit.renamed.v1.in.mp"


async def pull_once(client: Client, stream: str, consumer: str, wait_s: float = 2.0) -> list[bytes]:
    """What one pull brings, through the consumer's own subjects alone."""
    inbox = client.new_inbox()
    subscription = await client.subscribe(inbox)
    request = json.dumps({"batch": 100, "expires": 500_000_000}).encode()
    await client.publish(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}", request, reply=inbox)
    found: list[bytes] = []
    try:
        while True:
            message = await subscription.next_msg(timeout=wait_s)
            if not message.data:
                return found
            found.append(message.data)
            await message.ack()
    except nats.errors.TimeoutError:
        return found
    finally:
        await subscription.unsubscribe()


async def test_a_service_publishes_its_own_events(signed: Signed) -> None:
    identity = await signed.on_as("identity")
    acknowledged = await identity.jetstream().publish(UNIT_EVENT, b"{}")
    assert acknowledged.stream == "EV_IDENTITY"


async def test_a_service_cannot_publish_another_services_events(signed: Signed) -> None:
    registry = await signed.on_as("registry")
    with pytest.raises((nats.errors.Error, TimeoutError, NoStreamResponseError)):
        await registry.jetstream().publish(UNIT_EVENT, b"{}", timeout=2)
    assert any("permissions violation for publish" in refusal for refusal in signed.refusals)


async def test_a_durable_consumer_brings_what_it_filters_to_its_owner(signed: Signed) -> None:
    identity, notify = await signed.on_as("identity"), await signed.on_as("notify")
    await identity.jetstream().publish(UNIT_EVENT, b'"for notify"')
    assert b'"for notify"' in await pull_once(notify, "EV_IDENTITY", "notify-tree")


@pytest.mark.parametrize("user", ["registry", "gateway", "live", "identity"])
async def test_nobody_pulls_anothers_durable_consumer(signed: Signed, user: str) -> None:
    identity, client = await signed.on_as("identity"), await signed.on_as(user)
    await identity.jetstream().publish(UNIT_EVENT, b'"for workshops alone"')
    assert await pull_once(client, "EV_IDENTITY", "workshops-tree", wait_s=0.3) == []
    assert any("permissions violation" in refusal for refusal in signed.refusals)


async def test_an_operators_requeue_reaches_only_its_consumer(signed: Signed) -> None:
    operator, registry, notify = [await signed.on_as(user) for user in ("operator", "registry", "notify")]
    await operator.jetstream().publish("requeue.registry-tree", b'"again"')
    assert await pull_once(notify, "REQUEUE", "notify-tree-requeue", wait_s=0.3) == []
    assert await pull_once(registry, "REQUEUE", "registry-tree-requeue") == [b'"again"']


async def test_nobody_reads_anothers_replies(signed: Signed) -> None:
    live = await signed.on_as("live")
    await live.subscribe("_INBOX_registry.>")
    await live.subscribe("_snap.registry.>")
    await live.flush()
    await asyncio.sleep(0.1)
    assert len([refusal for refusal in signed.refusals if "permissions violation for subscription" in refusal]) == 2


@pytest.mark.parametrize("user", ["registry", "gateway"])
async def test_a_service_cannot_change_streams(signed: Signed, user: str) -> None:
    client = await signed.on_as(user)
    with pytest.raises((nats.errors.Error, TimeoutError)):
        await client.jetstream(timeout=2).add_stream(StreamConfig(name="MINE", subjects=["mine.>"]))


async def test_the_gateway_follows_the_tree_by_a_consumer_of_its_own(signed: Signed) -> None:
    identity, gateway = await signed.on_as("identity"), await signed.on_as("gateway")
    config = ConsumerConfig(
        name="feed-test",
        ack_policy=AckPolicy.NONE,
        filter_subjects=["ev.identity.unit.>", "ev.identity.session.>"],
        inactive_threshold=30.0,
        mem_storage=True,
    )
    await gateway.jetstream()._jsm.add_consumer("EV_IDENTITY", config, timeout=15)
    await identity.jetstream().publish(UNIT_EVENT, b'"to the gateway"')
    assert b'"to the gateway"' in await pull_once(gateway, "EV_IDENTITY", "feed-test")


async def test_the_gateway_cannot_replace_a_durable_consumer(signed: Signed) -> None:
    gateway = await signed.on_as("gateway")
    config = ConsumerConfig(name="registry-tree", ack_policy=AckPolicy.NONE, filter_subjects=["ev.identity.x.>"])
    with pytest.raises((nats.errors.Error, TimeoutError)):
        await gateway.jetstream()._jsm.add_consumer("EV_IDENTITY", config, timeout=2)


async def test_snapshot_pages_go_to_the_asker_and_are_acknowledged(signed: Signed) -> None:
    identity, registry = await signed.on_as("identity"), await signed.on_as("registry")
    inbox = snapshot_inbox("registry", "t1")
    pages = await registry.subscribe(inbox)
    asked = await identity.subscribe("snap.identity")
    await identity.flush()
    await registry.publish("snap.identity", b"", reply=inbox)
    request = await asked.next_msg(timeout=15)
    answering = asyncio.create_task(identity.request(request.reply, b"page 1", timeout=15))
    page = await pages.next_msg(timeout=15)
    await page.respond(b"got it")
    assert (await answering).data == b"got it"


async def test_a_broadcast_reaches_the_live_edge_on_core_nats(signed: Signed) -> None:
    notify, live = await signed.on_as("notify"), await signed.on_as("live")
    casts = await live.subscribe("cast.>")
    await live.flush()
    await notify.jetstream().publish("ev.notify.broadcast.sent.v1.in.mp.d07", b"hear")
    cast = await casts.next_msg(timeout=15)
    assert (cast.subject, cast.data) == ("cast.in.mp.d07", b"hear")


async def test_the_topology_applied_again_changes_nothing(broker: EmbeddedServers) -> None:
    assert await apply_topology(broker.nats_url, broker.secrets.nats_password("operator")) == []


async def test_the_topology_mends_what_somebody_changed(broker: EmbeddedServers, signed: Signed) -> None:
    js = (await signed.on_as("operator")).jetstream()
    config = (await js.stream_info("EV_WORKSHOPS")).config
    config.max_age = 3600.0
    await js.update_stream(config)
    await js.delete_consumer("EV_WORKSHOPS", "notify-workshops")
    done = await apply_topology(broker.nats_url, broker.secrets.nats_password("operator"))
    assert done == ["changed stream EV_WORKSHOPS", "created consumer notify-workshops"]


def test_every_consumer_belongs_to_a_stream_that_carries_its_filters() -> None:
    carried = {stream.name: [subject.removesuffix(">") for subject in stream.subjects] for stream in STREAMS}
    for consumer in CONSUMERS:
        for subject in consumer.filters:
            assert any(subject.startswith(start) for start in carried[consumer.stream])
