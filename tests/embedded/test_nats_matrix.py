"""Every NATS user at every subject there is, publishing and subscribing: what the broker lets pass is what the topology
says, no more and no less.

The topology speaks of streams, owners and followers; what each user may therefore do is said here once more, apart from
the permissions that are derived for the broker. An observer who may read everything sees what has really passed.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from sangathan_contracts import topology
from sangathan_contracts.identity import SNAPSHOT_SUBJECT
from sangathan_contracts.topology import DLQ_STREAM, OPERATOR, REQUEUE_STREAM, STREAMS, USERS, BrokerPlace
from sangathan_embedded import EmbeddedServers
from sangathan_embedded.broker import NatsServer
from sangathan_embedded.ports import free_port

OBSERVER = "observer"
NAMES = frozenset(user.name for user in USERS)
SERVICES = frozenset(user.name for user in USERS if user.publishes_events)
NOBODY: frozenset[str] = frozenset()
ADMIN = frozenset({OPERATOR})
CONSUMERS = topology.all_consumers()
STREAM_ACTS = (
    *("CREATE", "UPDATE", "DELETE", "INFO", "PURGE", "SNAPSHOT", "RESTORE"),
    *("MSG.GET", "MSG.DELETE", "PEER.REMOVE", "LEADER.STEPDOWN"),
)
CONSUMER_ACTS = ("CREATE", "DURABLE.CREATE", "DELETE", "PAUSE", "UNPIN", "LEADER.STEPDOWN")


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject, and who may publish and who may subscribe to it by what the topology says."""

    name: str
    published_by: frozenset[str] = NOBODY
    heard_by: frozenset[str] = NOBODY


def subjects() -> Iterator[Subject]:
    """Of every family there is: events, dead letters, pulls, acknowledgements, the broker's API, requests, replies."""
    for stream in STREAMS:
        if stream.name.startswith("EV_"):
            owner = stream.name.removeprefix("EV_").lower()
            yield Subject(f"ev.{owner}.thing.happened.v1.in.mp", frozenset({owner}) & SERVICES)
        yield from _about_a_stream(stream.name)
    for consumer in CONSUMERS:
        yield from _about_a_consumer(consumer)
    yield Subject("ev.nobody.thing.happened.v1.in", NOBODY)
    yield Subject(
        SNAPSHOT_SUBJECT,
        frozenset(user.name for user in USERS if user.asks_for_snapshots),
        frozenset(user.name for user in USERS if user.answers_snapshots),
    )
    yield Subject("cast.in.mp", NOBODY, frozenset(user.name for user in USERS if user.hears_casts))
    for user in USERS:
        yield Subject(f"{topology.inbox_prefix(user.name)}.reply", NOBODY, frozenset({user.name}))
        answered = frozenset(one.name for one in USERS if one.answers_snapshots)
        asked = frozenset({user.name}) if user.asks_for_snapshots else NOBODY
        yield Subject(topology.snapshot_inbox(user.name, "page"), answered, asked)
    for name in ("_INBOX.reply", "mine.own", "$SYS.REQ.SERVER.PING", "$KV.b.k", "$O.b.C.c", "$MQTT.msgs.x"):
        yield Subject(name)
    for act in ("INFO", "STREAM.NAMES", "STREAM.LIST", "ACCOUNT.PURGE.x", "META.LEADER.STEPDOWN", "SERVER.REMOVE"):
        yield Subject(f"$JS.API.{act}", ADMIN)


def _about_a_stream(stream: str) -> Iterator[Subject]:
    followers = frozenset(user.name for user in USERS if stream in user.feeds)
    for act in STREAM_ACTS:
        yield Subject(f"$JS.API.STREAM.{act}.{stream}", followers | ADMIN if act == "INFO" else ADMIN)
    for act in ("NAMES", "LIST"):
        yield Subject(f"$JS.API.CONSUMER.{act}.{stream}", ADMIN)
    yield Subject(f"$JS.API.DIRECT.GET.{stream}", ADMIN)
    yield Subject(f"$JS.API.CONSUMER.CREATE.{stream}", ADMIN)
    yield Subject(f"$JS.API.CONSUMER.CREATE.{stream}.a-feed", followers | ADMIN)
    yield Subject(f"$JS.API.CONSUMER.CREATE.{stream}.a-feed.ev.identity.>", followers | ADMIN)
    yield Subject(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.a-feed", followers | ADMIN)
    yield Subject(f"$JS.API.CONSUMER.INFO.{stream}.a-feed", ADMIN)
    yield Subject(f"$JS.API.CONSUMER.DELETE.{stream}.a-feed", ADMIN)
    yield Subject(f"$JS.ACK.{stream}.a-feed.1.1.1.1.0", ADMIN)


def _about_a_consumer(consumer: topology.DurableConsumer) -> Iterator[Subject]:
    place, owner = f"{consumer.stream}.{consumer.name}", frozenset({consumer.owner})
    for act in ("MSG.NEXT", "INFO"):
        yield Subject(f"$JS.API.CONSUMER.{act}.{place}", owner | ADMIN)
    yield Subject(f"$JS.ACK.{place}.1.1.1.1.0", owner | ADMIN)
    for act in CONSUMER_ACTS:
        yield Subject(f"$JS.API.CONSUMER.{act}.{place}", ADMIN)
    yield Subject(f"$JS.API.CONSUMER.CREATE.{place}.ev.identity.>", ADMIN)
    if consumer.stream != REQUEUE_STREAM:
        yield Subject(f"dlq.{consumer.name}", owner)
        yield Subject(topology.requeue_subject(consumer.name), ADMIN)


SUBJECTS = tuple(subjects())


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="sangathan-") as name:
        yield Path(name) / "data"


@pytest.fixture(scope="module")
def bare(folder: Path) -> Iterator[tuple[NatsServer, EmbeddedServers]]:
    """A broker with the topology's users, an observer, and no streams: nothing that passes does any harm."""
    servers = EmbeddedServers(folder, durable=False)
    servers.claim()
    server = NatsServer(servers.layout, servers.secrets, sync_interval="1s")

    def with_observer(place: BrokerPlace, passwords: dict[str, str]) -> str:
        return topology.render_nats_conf(place, passwords).replace(
            "  users: [", f"  users: [\n    {{user: {OBSERVER}, password: look}}", 1
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sangathan_embedded.broker.render_nats_conf", with_observer)
        server.start(free_port())
    try:
        yield server, servers
    finally:
        server.stop()
        servers.stop()


class Seat:
    """A connection of one user, with what the broker refused it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.refused: list[str] = []

    async def on_error(self, error: Exception) -> None:
        self.refused.append(str(error))


@pytest.fixture(params=sorted(NAMES))
async def pair(
    request: pytest.FixtureRequest, bare: tuple[NatsServer, EmbeddedServers]
) -> AsyncIterator[tuple[str, Seat, Client]]:
    """A user at work, and the observer."""
    server, servers = bare
    user, seat = request.param, Seat(Client())
    password = servers.secrets.nats_password(user)
    prefix = topology.inbox_prefix(user)
    await seat.client.connect(server.url, user=user, password=password, inbox_prefix=prefix, error_cb=seat.on_error)
    observer = await nats.connect(server.url, user=OBSERVER, password="look")
    yield user, seat, observer
    await seat.client.close()
    await observer.close()


async def flushed(client: Client) -> None:
    """Once the broker has seen all that was sent: the library's first ping may overtake what still waits."""
    for _ in range(2):
        await client.flush()


async def test_what_a_user_publishes_passes_where_the_topology_says_so(pair: tuple[str, Seat, Client]) -> None:
    user, seat, observer = pair
    passed: set[str] = set()

    everything = await observer.subscribe(">")
    await flushed(observer)
    for subject in SUBJECTS:
        await seat.client.publish(subject.name.replace(">", "x"), b"tried")
    await flushed(seat.client)
    await observer.publish("that-was-all")
    while (message := await everything.next_msg(timeout=5)).subject != "that-was-all":
        if message.data == b"tried":
            passed.add(message.subject)
    allowed = {one.name.replace(">", "x") for one in SUBJECTS if user in one.published_by}
    refused = {one.name.replace(">", "x") for one in SUBJECTS} - allowed
    assert passed == allowed
    assert len(seat.refused) == len(refused)


async def test_what_a_user_hears_is_what_the_topology_lets_it_hear(pair: tuple[str, Seat, Client]) -> None:
    user, seat, observer = pair
    heard: set[str] = set()

    async def hears(message: Msg) -> None:
        heard.add(message.subject)

    names = {one.name.replace(">", "x") for one in SUBJECTS}
    subscriptions = [await seat.client.subscribe(name, cb=hears) for name in (*sorted(names), *WILDCARDS)]
    await flushed(seat.client)
    for name in sorted(names):
        await observer.publish(name, b"said")
    await flushed(observer)
    await flushed(seat.client)
    while any(subscription.pending_msgs for subscription in subscriptions):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.01)
    assert heard == {one.name for one in SUBJECTS if user in one.heard_by}


WILDCARDS = (">", "*.>", "ev.>", "dlq.>", "requeue.>", "$JS.>", "$JS.ACK.>", "_INBOX.>", "_snap.>", "*.*.reply")


def test_every_stream_consumer_and_user_is_tried() -> None:
    told = " ".join(subject.name for subject in SUBJECTS)
    assert all(stream.name in told for stream in STREAMS)
    assert all(f"{consumer.stream}.{consumer.name}" in told for consumer in CONSUMERS)
    assert all(subject.removesuffix(">") in told for stream in STREAMS for subject in stream.subjects)
    assert DLQ_STREAM in told
    reached = frozenset[str]().union(*(one.published_by | one.heard_by for one in SUBJECTS))
    assert reached == NAMES
