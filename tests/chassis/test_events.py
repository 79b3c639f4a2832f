"""Events: published once their change has committed, in order, and applied exactly once."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import nats
import pytest
from nats.js.api import ConsumerConfig

from sangathan_chassis import consumer as consumer_module
from sangathan_chassis.consumer import Consumer, Poison
from sangathan_chassis.database import Database, Work
from sangathan_chassis.nats_link import NatsLink
from sangathan_chassis.outbox import Relay
from sangathan_chassis.scope import Scope
from sangathan_chassis.telemetry import Telemetry
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.workshops import InvitationAnswered
from sangathan_embedded import EmbeddedServers, apply_topology
from sangathan_testkit.databases import DatabaseUrls
from sangathan_testkit.links import link_settings, linked

PATH = "in.mp.d07."


class Stage:
    """Two users of the real broker, one database, and a consumer that each test gives its handler."""

    def __init__(self, database: Database, publisher: NatsLink, reader: NatsLink, telemetry: Telemetry) -> None:
        self.database, self.publisher, self.reader, self.telemetry = database, publisher, reader, telemetry
        self.seen: list[int] = []
        self.tasks: list[asyncio.Task[None]] = []

    def start(self, job: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(job)
        self.tasks.append(task)
        return task

    def consume(self, handler: Callable[[Work, Envelope], Awaitable[None]]) -> Consumer:
        consumer = Consumer("notify-workshops", "EV_WORKSHOPS", {InvitationAnswered.type: handler})
        self.start(consumer.run(self.database, self.reader, self.telemetry))
        return consumer

    async def publish(self, *versions: int, relay: bool = True) -> None:
        async with self.database.work(Scope.everything()) as work:
            for version in versions:
                work.publish(answered(version), path=PATH)
        if relay and not any(task.get_name() == "relay" for task in self.tasks):
            self.start(self.relay.run()).set_name("relay")

    @property
    def relay(self) -> Relay:
        return Relay(self.url, self.publisher, "sangathan/workshops")

    url = ""

    async def until(self, condition: Callable[[], bool | Awaitable[bool]], within_s: float = 10) -> None:
        async with asyncio.timeout(within_s):
            while True:
                outcome = condition()
                if outcome if isinstance(outcome, bool) else await outcome:
                    return
                await asyncio.sleep(0.02)

    async def outbox_is_empty(self) -> bool:
        return not await self.database.pool.fetchval("SELECT count(*)::int FROM outbox")


def answered(version: int) -> InvitationAnswered:
    return InvitationAnswered(
        invitation_id=uuid4(), workshop_id=uuid4(), person_id=uuid4(), answer="accepted", version=version
    )


def version_of(envelope: Envelope) -> int:
    return int(json.loads(envelope.body)["version"])


@pytest.fixture
async def stage(servers: EmbeddedServers, urls: DatabaseUrls) -> AsyncIterator[Stage]:
    await apply_topology(servers.nats_url, servers.secrets.nats_password("operator"))
    await empty_streams(servers)
    async with linked(servers, "workshops") as publisher, linked(servers, "notify") as reader:
        database = await Database.open(urls.app)
        telemetry = Telemetry(link_settings(servers, "notify"), "notify")
        stage = Stage(database, publisher, reader, telemetry)
        stage.url = urls.app
        yield stage
        for task in stage.tasks:
            task.cancel()
        await asyncio.gather(*stage.tasks, return_exceptions=True)
        await database.close()
        telemetry.close()


async def empty_streams(servers: EmbeddedServers) -> None:
    client = await nats.connect(
        servers.nats_url,
        user="operator",
        password=servers.secrets.nats_password("operator"),
        inbox_prefix="_INBOX_operator",
    )
    for stream in ("EV_WORKSHOPS", "DLQ", "REQUEUE"):
        await client.jsm().purge_stream(stream)
    await client.close()


async def dead_letters(servers: EmbeddedServers) -> list[dict[str, str]]:
    client = await nats.connect(
        servers.nats_url,
        user="operator",
        password=servers.secrets.nats_password("operator"),
        inbox_prefix="_INBOX_operator",
    )
    manager = client.jsm()
    info = await manager.stream_info("DLQ")
    letters = []
    for sequence in range(info.state.first_seq, info.state.last_seq + 1):
        message = await manager.get_msg("DLQ", sequence)
        letters.append(dict(message.headers or {}))
    await client.close()
    return letters


async def test_events_arrive_in_the_order_of_their_commits(stage: Stage) -> None:
    async def note(_work: Work, envelope: Envelope) -> None:
        stage.seen.append(version_of(envelope))

    stage.consume(note)
    for start in range(0, 90, 30):
        await stage.publish(*range(start, start + 30))
    await stage.until(lambda: len(stage.seen) == 90)
    assert stage.seen == list(range(90))
    await stage.until(stage.outbox_is_empty)


async def test_an_event_stays_in_the_outbox_while_the_broker_is_away(stage: Stage) -> None:
    await stage.publisher.close()
    await stage.publish(1)
    await asyncio.sleep(0.3)
    assert not await stage.outbox_is_empty()


async def test_an_event_delivered_twice_is_applied_once(stage: Stage) -> None:
    async def note(_work: Work, envelope: Envelope) -> None:
        stage.seen.append(version_of(envelope))

    stage.consume(note)
    headers = {
        "ce-id": str(uuid4()),
        "ce-type": InvitationAnswered.type,
        "ce-source": "t",
        "ce-time": "2022-01-20T00:00:00+00:00",
    }
    for _ in range(3):
        subject = f"ev.{InvitationAnswered.type}.in.mp"
        await stage.publisher.js.publish(subject, b'{"version": 7}', headers=headers)
    await stage.publish(8)
    await stage.until(lambda: 8 in stage.seen)
    assert stage.seen == [7, 8]


async def test_a_failing_handler_is_tried_again_and_leaves_nothing_behind(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "retry_delay_s", lambda _delivered: 0.05)
    inbox_sizes: list[int] = []

    async def fail_twice(_work: Work, envelope: Envelope) -> None:
        stage.seen.append(version_of(envelope))
        inbox_sizes.append(await stage.database.pool.fetchval("SELECT count(*) FROM inbox"))
        if len(stage.seen) < 3:
            raise RuntimeError

    stage.consume(fail_twice)
    await stage.publish(1)
    await stage.until(lambda: len(stage.seen) == 3)
    await asyncio.sleep(0.3)
    assert stage.seen == [1, 1, 1]
    assert inbox_sizes == [0, 0, 0]


async def test_poison_is_dead_lettered_with_its_reason_and_does_not_block(
    stage: Stage, servers: EmbeddedServers
) -> None:
    async def choke_on_one(_work: Work, envelope: Envelope) -> None:
        if version_of(envelope) == 1:
            reason = "version one is not ours"
            raise Poison(reason)
        stage.seen.append(version_of(envelope))

    stage.consume(choke_on_one)
    await stage.publish(1, 2)
    await stage.until(lambda: stage.seen == [2])
    letters = await dead_letters(servers)
    assert [letter["dlq-reason"] for letter in letters] == ["version one is not ours"]
    assert letters[0]["dlq-subject"] == f"ev.{InvitationAnswered.type}.in.mp.d07"


async def test_a_handler_that_never_succeeds_ends_in_the_dead_letters(
    stage: Stage, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "retry_delay_s", lambda _delivered: 0.01)

    async def fail(_work: Work, envelope: Envelope) -> None:
        stage.seen.append(version_of(envelope))
        raise ValueError

    stage.consume(fail)
    await stage.publish(1)
    await stage.until(lambda: len(stage.seen) == consumer_module.MAX_TRIES)
    await asyncio.sleep(0.3)
    assert [letter["dlq-reason"] for letter in await dead_letters(servers)] == [
        "gave up after 8 deliveries: ValueError"
    ]


async def test_an_outage_uses_up_no_deliveries_however_long_it_is(
    stage: Stage, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "retry_delay_s", lambda _delivered: 0.01)
    monkeypatch.setattr(consumer_module, "_AWAY_REST_S", 0.01)

    async def away_for_long(_work: Work, envelope: Envelope) -> None:
        stage.seen.append(version_of(envelope))
        if len(stage.seen) <= 2 * consumer_module.MAX_TRIES:
            raise ConnectionRefusedError

    stage.consume(away_for_long)
    await stage.publish(1, 2)
    await stage.until(lambda: 2 in stage.seen)
    assert stage.seen == [1] * (2 * consumer_module.MAX_TRIES + 1) + [2]
    assert await dead_letters(servers) == []


async def test_a_message_whose_handling_never_ends_is_dead_lettered_unhandled(
    stage: Stage, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "retry_delay_s", lambda _delivered: 0.01)
    monkeypatch.setattr(consumer_module, "_MAX_UNFINISHED", 2)

    async def fail(_work: Work, envelope: Envelope) -> None:
        stage.seen.append(version_of(envelope))
        raise ValueError

    stage.consume(fail)
    await stage.publish(1)
    while not (letters := await dead_letters(servers)):
        await asyncio.sleep(0.02)
    assert (stage.seen, letters[0]["dlq-reason"]) == ([1, 1], "no end in 2 deliveries: the process ended first")


async def test_a_body_that_is_no_event_is_poison(stage: Stage, servers: EmbeddedServers) -> None:
    async def note(_work: Work, envelope: Envelope) -> None:
        stage.seen.append(version_of(envelope))

    stage.consume(note)
    await stage.publisher.js.publish(f"ev.{InvitationAnswered.type}.in", b"\xff")
    await stage.publish(2)
    await stage.until(lambda: stage.seen == [2])
    assert "CloudEvents" in (await dead_letters(servers))[0]["dlq-reason"]


async def test_a_consumer_stops_when_most_messages_are_poison(stage: Stage) -> None:
    async def refuse(_work: Work, envelope: Envelope) -> None:
        stage.seen.append(version_of(envelope))
        reason = "a bad deploy"
        raise Poison(reason)

    consumer = stage.consume(refuse)
    await stage.publish(*range(60))
    await stage.until(lambda: bool(consumer.stopped))
    await asyncio.sleep(0.2)
    assert len(stage.seen) == 20


async def test_only_one_relay_is_active_and_the_other_takes_over(stage: Stage) -> None:
    first, second = stage.relay, stage.relay
    leader = stage.start(first.run())
    await stage.until(lambda: first.active)
    stage.start(second.run())
    await asyncio.sleep(0.3)
    assert not second.active
    leader.cancel()
    await asyncio.gather(leader, return_exceptions=True)
    await stage.until(lambda: second.active)
    await stage.publish(1, relay=False)
    await stage.until(stage.outbox_is_empty)


async def test_a_durable_consumer_waits_thirty_seconds_for_an_acknowledgement_and_drops_nothing_silently(
    servers: EmbeddedServers, stage: Stage
) -> None:
    assert stage.seen == []
    client = await nats.connect(
        servers.nats_url,
        user="operator",
        password=servers.secrets.nats_password("operator"),
        inbox_prefix="_INBOX_operator",
    )
    config: ConsumerConfig = (await client.jsm().consumer_info("EV_WORKSHOPS", "notify-workshops")).config
    await client.close()
    assert (config.ack_wait, config.max_deliver) == (30, -1)
