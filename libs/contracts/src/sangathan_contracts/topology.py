"""The broker's whole shape as data: streams, durable consumers, users, and what each user may do.

Least privilege is derived, never written by hand: a service publishes its own events, pulls its own consumers,
dead-letters for them, and nothing else. Only the operator creates streams and consumers. Each user has an inbox prefix
of its own, because on a shared ``_INBOX.>`` every user could read every other's replies.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from sangathan_contracts.identity import SNAPSHOT_SUBJECT
from sangathan_contracts.notify import CAST_SUBJECTS, BroadcastSent

_DAY_S = 86_400

DLQ_STREAM = "DLQ"
REQUEUE_STREAM = "REQUEUE"
OPERATOR = "operator"

ACK_WAIT_S = 30
MAX_DELIVER = -1
MAX_ACK_PENDING = 256


@dataclass(frozen=True, slots=True)
class Republish:
    """Every stored message whose subject matches ``source`` also goes out on core NATS at ``destination``."""

    source: str
    destination: str


@dataclass(frozen=True, slots=True)
class Stream:
    """One JetStream stream; ``work_queue`` drops a message once it is acknowledged, else age alone drops it."""

    name: str
    subjects: tuple[str, ...]
    max_age_s: int
    work_queue: bool = False
    republish: Republish | None = None
    # Longer than a relay that publishes again after a crash can lie dormant, so that JetStream drops its doubles.
    duplicate_window_s: int = 600


@dataclass(frozen=True, slots=True)
class DurableConsumer:
    """A durable pull consumer with explicit acknowledgement; ``owner`` is the only user that may pull it."""

    name: str
    stream: str
    filters: tuple[str, ...]
    owner: str


@dataclass(frozen=True, slots=True)
class User:
    """A NATS user: what it follows besides its durable consumers."""

    name: str
    publishes_events: bool = False
    feeds: tuple[str, ...] = ()
    asks_for_snapshots: bool = False
    answers_snapshots: bool = False
    hears_casts: bool = False


@dataclass(frozen=True, slots=True)
class Permissions:
    """Subjects a user may publish and subscribe; a denial wins over an allowance."""

    publish: tuple[str, ...]
    publish_denied: tuple[str, ...]
    subscribe: tuple[str, ...]


STREAMS: tuple[Stream, ...] = (
    Stream("EV_IDENTITY", ("ev.identity.>",), max_age_s=14 * _DAY_S),
    Stream("EV_REGISTRY", ("ev.registry.>",), max_age_s=14 * _DAY_S),
    Stream(
        "EV_NOTIFY",
        ("ev.notify.>",),
        max_age_s=14 * _DAY_S,
        republish=Republish(f"ev.{BroadcastSent.type}.>", CAST_SUBJECTS),
    ),
    Stream("EV_WORKSHOPS", ("ev.workshops.>",), max_age_s=14 * _DAY_S),
    Stream("EV_GATEWAY", ("ev.gateway.>",), max_age_s=14 * _DAY_S),
    Stream(DLQ_STREAM, ("dlq.>",), max_age_s=30 * _DAY_S),
    Stream(REQUEUE_STREAM, ("requeue.>",), max_age_s=30 * _DAY_S, work_queue=True),
)

_TREE_EVENTS = ("ev.identity.unit.>", "ev.identity.appointment.>", "ev.identity.tree.>")
_ERASURES = ("ev.registry.worker.erased.>",)

CONSUMERS: tuple[DurableConsumer, ...] = (
    DurableConsumer("registry-tree", "EV_IDENTITY", _TREE_EVENTS, owner="registry"),
    DurableConsumer("notify-tree", "EV_IDENTITY", _TREE_EVENTS, owner="notify"),
    DurableConsumer("workshops-tree", "EV_IDENTITY", _TREE_EVENTS, owner="workshops"),
    DurableConsumer("notify-appointments", "EV_IDENTITY", ("ev.identity.appointment.made.>",), owner="notify"),
    DurableConsumer(
        "notify-sign-in", "EV_IDENTITY", ("ev.identity.device.>", "ev.identity.credential.>"), owner="notify"
    ),
    DurableConsumer(
        "notify-workshops",
        "EV_WORKSHOPS",
        ("ev.workshops.invitation.>", "ev.workshops.attendance.>"),
        owner="notify",
    ),
    DurableConsumer("notify-glass", "EV_REGISTRY", ("ev.registry.glass.>",), owner="notify"),
    # An erasure goes to every service that may hold something about the person, and each reports back.
    DurableConsumer("identity-erasures", "EV_REGISTRY", _ERASURES, owner="identity"),
    DurableConsumer("notify-erasures", "EV_REGISTRY", _ERASURES, owner="notify"),
    DurableConsumer("workshops-erasures", "EV_REGISTRY", _ERASURES, owner="workshops"),
    DurableConsumer("registry-erased-identity", "EV_IDENTITY", ("ev.identity.person.erased.>",), owner="registry"),
    DurableConsumer("registry-erased-notify", "EV_NOTIFY", ("ev.notify.person.erased.>",), owner="registry"),
    DurableConsumer("registry-erased-workshops", "EV_WORKSHOPS", ("ev.workshops.person.erased.>",), owner="registry"),
    DurableConsumer("identity-refusals", "EV_GATEWAY", ("ev.gateway.requests.>",), owner="identity"),
    DurableConsumer("notify-cases", "EV_REGISTRY", ("ev.registry.case.>",), owner="notify"),
    DurableConsumer("notify-transfers", "EV_REGISTRY", ("ev.registry.transfer.>",), owner="notify"),
    DurableConsumer("notify-grievances", "EV_REGISTRY", ("ev.registry.grievance.>",), owner="notify"),
    DurableConsumer("notify-files", "EV_REGISTRY", ("ev.registry.export.>", "ev.registry.import.>"), owner="notify"),
    # Who countersigns whose audit trail: never the own.
    DurableConsumer("registry-witness", "EV_IDENTITY", ("ev.identity.trail.>",), owner="registry"),
    DurableConsumer("identity-witness-registry", "EV_REGISTRY", ("ev.registry.trail.>",), owner="identity"),
    DurableConsumer("identity-witness-notify", "EV_NOTIFY", ("ev.notify.trail.>",), owner="identity"),
    DurableConsumer("identity-witness-workshops", "EV_WORKSHOPS", ("ev.workshops.trail.>",), owner="identity"),
)

USERS: tuple[User, ...] = (
    User("identity", publishes_events=True, answers_snapshots=True),
    User("registry", publishes_events=True, asks_for_snapshots=True),
    User("notify", publishes_events=True, asks_for_snapshots=True),
    User("workshops", publishes_events=True, asks_for_snapshots=True),
    User("gateway", publishes_events=True, feeds=("EV_IDENTITY",), asks_for_snapshots=True),
    User("live", feeds=("EV_IDENTITY",), hears_casts=True),
    User(OPERATOR),
)


def inbox_prefix(user: str) -> str:
    """Where the replies to one user go; nobody else may subscribe there."""
    return f"_INBOX_{user}"


def snapshot_inbox(user: str, token: str) -> str:
    """Where the pages of a snapshot go that one user has asked for."""
    return f"_snap.{user}.{token}"


def requeue_subject(consumer: str) -> str:
    """Where an operator sends a dead letter back to one consumer, and to no other."""
    return f"requeue.{consumer}"


def requeue_consumer(consumer: DurableConsumer) -> DurableConsumer:
    """The durable through which a consumer takes what an operator sends back to it."""
    return DurableConsumer(
        f"{consumer.name}-requeue", REQUEUE_STREAM, (requeue_subject(consumer.name),), consumer.owner
    )


def all_consumers() -> tuple[DurableConsumer, ...]:
    """Every durable consumer that exists on the broker."""
    return CONSUMERS + tuple(requeue_consumer(consumer) for consumer in CONSUMERS)


def permissions(user: User) -> Permissions:
    """What the user may do, derived from the topology."""
    if user.name == OPERATOR:
        return Permissions(
            publish=("$JS.API.>", "$JS.ACK.>", "requeue.>"),
            publish_denied=(),
            subscribe=(f"{inbox_prefix(OPERATOR)}.>",),
        )
    own = [consumer for consumer in all_consumers() if consumer.owner == user.name]
    publish = [*_events(user), *(subject for consumer in own for subject in _pulling(consumer))]
    publish += [f"dlq.{consumer.name}" for consumer in own if consumer.stream != REQUEUE_STREAM]
    publish += [subject for stream in user.feeds for subject in _following(stream)]
    publish += [SNAPSHOT_SUBJECT] * user.asks_for_snapshots + ["_snap.>"] * user.answers_snapshots
    denied = [subject for stream in user.feeds for subject in _others(stream)]
    return Permissions(tuple(publish), tuple(denied), tuple(_subscriptions(user)))


def _events(user: User) -> list[str]:
    return [f"ev.{user.name}.>"] if user.publishes_events else []


def _pulling(consumer: DurableConsumer) -> tuple[str, ...]:
    place = f"{consumer.stream}.{consumer.name}"
    return (f"$JS.API.CONSUMER.MSG.NEXT.{place}", f"$JS.API.CONSUMER.INFO.{place}", f"$JS.ACK.{place}.>")


def _following(stream: str) -> tuple[str, ...]:
    """A feed makes a consumer of its own, which the broker drops when nobody pulls it, and asks how old a stream is."""
    return (
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.CONSUMER.CREATE.{stream}.*",
        f"$JS.API.CONSUMER.CREATE.{stream}.*.>",
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.*",
    )


def _others(stream: str) -> Iterable[str]:
    """Durable consumers belong to somebody else, even where a feed may make consumers by any other name."""
    for consumer in CONSUMERS:
        if consumer.stream == stream:
            yield f"$JS.API.CONSUMER.CREATE.{stream}.{consumer.name}"
            yield f"$JS.API.CONSUMER.CREATE.{stream}.{consumer.name}.>"
            yield f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer.name}"


def _subscriptions(user: User) -> Iterable[str]:
    yield f"{inbox_prefix(user.name)}.>"
    if user.asks_for_snapshots:
        yield snapshot_inbox(user.name, ">")
    if user.answers_snapshots:
        yield SNAPSHOT_SUBJECT
    if user.hears_casts:
        yield CAST_SUBJECTS


@dataclass(frozen=True, slots=True)
class BrokerPlace:
    """Where one nats-server listens and keeps its streams; ``sync_interval`` is "always" or a duration like "1s"."""

    host: str
    port: int
    store_dir: PurePath
    sync_interval: str
    monitor_port: int | None = None


def render_nats_conf(place: BrokerPlace, passwords: Mapping[str, str]) -> str:
    """The text of nats.conf; a password such as ``$NAME`` is taken from nats-server's environment."""
    lines = [
        "# Written by `sangathan topology nats-conf` from sangathan_contracts.topology; changes here are lost.",
        'server_name: "sangathan"',
        f"listen: {_quoted(f'{place.host}:{place.port}')}",
        *([f"http: {_quoted(f'{place.host}:{place.monitor_port}')}"] if place.monitor_port else []),
        "max_payload: 1MB",
        'write_deadline: "10s"',
        "jetstream {",
        f"  store_dir: {_quoted(str(place.store_dir))}",
        f"  sync_interval: {_quoted(place.sync_interval)}",
        "}",
        "authorization {",
        "  users: [",
        *(line for user in USERS for line in _user_lines(user, passwords[user.name])),
        "  ]",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _user_lines(user: User, password: str) -> list[str]:
    rights = permissions(user)
    denied = f", deny: {_listed(rights.publish_denied)}" if rights.publish_denied else ""
    # A page of a snapshot is acknowledged by answering it; nothing else is ever answered.
    responses = ['        allow_responses: { max: 1, expires: "1m" }'] if user.asks_for_snapshots else []
    return [
        "    {",
        f"      user: {_quoted(user.name)}, password: {_secret(password)}",
        "      permissions: {",
        f"        publish: {{ allow: {_listed(rights.publish)}{denied} }}",
        f"        subscribe: {{ allow: {_listed(rights.subscribe)} }}",
        *responses,
        "      }",
        "    }",
    ]


def _secret(password: str) -> str:
    return password if password.startswith("$") else _quoted(password)


def _listed(subjects: Iterable[str]) -> str:
    return "[" + ", ".join(_quoted(subject) for subject in subjects) + "]"


def _quoted(text: str) -> str:
    return json.dumps(text)
