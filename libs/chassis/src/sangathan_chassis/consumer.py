"""Consumes events durably: at least once from JetStream, exactly once in effect.

A message's event id enters the inbox inside the handler's transaction, which commits before the acknowledgement; a
redelivery finds the id and is dropped. A handler ends in one of three ways: done; retry with growing delay, by raising;
poison, by raising Poison or by using up its tries. The broker's deliveries have no limit, since it drops silently what
reaches one; a message whose handling came to no end many times, because the process ended first, is poison too. Poison
is dead-lettered with its reason by an acknowledged publish, and only then terminated. When most of the recent messages
are poison the consumer stops and says so: a bad deploy must not dead-letter everything. While a server is away no event
could fare better, so the one at hand is kept and tried every second: an outage uses up no deliveries, and is over for
the consumer as soon as it is over.
"""

import asyncio
import contextlib
import logging
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from nats.aio.msg import Msg
from sqlmodel import Field, SQLModel

from sangathan_chassis.database import Database, Work
from sangathan_chassis.faults import is_away
from sangathan_chassis.nats_link import NatsLink
from sangathan_chassis.pull import Taker, pull
from sangathan_chassis.scope import Scope
from sangathan_chassis.telemetry import Telemetry
from sangathan_contracts.envelope import Envelope

log = logging.getLogger(__name__)

Subscriber = Callable[[Work, Envelope], Awaitable[None]]

MAX_TRIES = 8
_MAX_UNFINISHED = 32
_IN_PROGRESS_EVERY_S = 10.0
_RECENT = 20
_AWAY_REST_S = 1.0
REQUEUE_STREAM = "REQUEUE"


class InboxRow(SQLModel, table=True):
    """An event that a consumer has applied."""

    __tablename__ = "inbox"
    consumer: str = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    received_at: datetime = Field(sa_column=sa.Column(sa.DateTime(timezone=True), nullable=False, index=True))


class Poison(Exception):  # noqa: N818 - it describes the message, not the handler.
    """The message can never be handled; the text says why, without personal data."""


@dataclass(slots=True)
class Consumer:
    """A durable consumer: its name on the stream, and one subscriber per event type."""

    name: str
    stream: str
    handlers: Mapping[str, Subscriber]
    stopped: str = ""
    _recent: deque[bool] = field(default_factory=lambda: deque(maxlen=_RECENT))

    async def run(self, database: Database, nats: NatsLink, telemetry: Telemetry) -> None:
        """Consumes until cancelled: its stream, and what an operator has requeued to it."""
        worker = _Worker(self, database, nats, telemetry)
        async with asyncio.TaskGroup() as group:
            group.create_task(pull(nats, self.stream, self.name, Taker(worker.take)))
            group.create_task(pull(nats, REQUEUE_STREAM, f"{self.name}-requeue", Taker(worker.take)))

    def note(self, *, poison: bool) -> None:
        """Keeps the recent endings; stops the consumer when most of them are poison."""
        self._recent.append(poison)
        if len(self._recent) == _RECENT and sum(self._recent) > _RECENT // 2:
            self.stopped = f"{sum(self._recent)} of the last {_RECENT} messages were poison"
            log.error("consumer stopped", extra={"fields": {"consumer": self.name, "why": self.stopped}})


class _Worker:
    def __init__(self, consumer: Consumer, database: Database, nats: NatsLink, telemetry: Telemetry) -> None:
        self._consumer = consumer
        self._database = database
        self._nats = nats
        self._telemetry = telemetry
        self._one_at_a_time = asyncio.Lock()

    async def take(self, message: Msg) -> None:
        """Handles one message to its end: acknowledged, to be retried, or dead-lettered."""
        async with self._one_at_a_time:
            if self._consumer.stopped:
                await asyncio.sleep(3600)
            headers = message.headers or {}
            labels: dict[str, str | int] = {
                "consumer": self._consumer.name,
                "type": headers.get("ce-type", ""),
                "ending": "done",
            }
            with (
                self._telemetry.span(f"consume {labels['type']}", headers.get("traceparent", "")),
                self._telemetry.timed(self._telemetry.events, labels),
            ):
                labels["ending"] = await self._finish(message)

    async def _finish(self, message: Msg) -> str:
        delivered = message.metadata.num_delivered
        if delivered > _MAX_UNFINISHED:
            return await self._dead_letter(message, f"no end in {delivered - 1} deliveries: the process ended first")
        try:
            async with _in_progress(message):
                await self._apply_when_there(envelope_of(message))
        except Poison as poison:
            return await self._dead_letter(message, str(poison))
        except Exception as error:  # noqa: BLE001 - whatever it is, the message is retried or dead-lettered.
            return await self._retry(message, error)
        self._consumer.note(poison=False)
        await message.ack()
        return "done"

    async def _apply_when_there(self, envelope: Envelope) -> None:
        """Applies the event once the servers that its handler needs answer."""
        while True:
            try:
                return await self._apply(envelope)
            except Exception as error:
                if not is_away(error):
                    raise
                fields = {"consumer": self._consumer.name, "error": type(error).__name__}
                log.warning("an event waits for a server", extra={"fields": fields})
            await asyncio.sleep(_AWAY_REST_S)

    async def _apply(self, envelope: Envelope) -> None:
        handler = self._consumer.handlers.get(envelope.type)
        if handler is None:
            return
        async with self._database.work(Scope.everything()) as work:
            if await self._first_time(work, envelope):
                await handler(work, envelope)

    async def _first_time(self, work: Work, envelope: Envelope) -> bool:
        status = await work.raw.execute(
            "INSERT INTO inbox (consumer, event_id, received_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            self._consumer.name,
            envelope.id,
            work.now,
        )
        return bool(status.endswith("1"))

    async def _retry(self, message: Msg, error: Exception) -> str:
        delivered = message.metadata.num_delivered
        log.warning(
            "event not handled",
            exc_info=error,
            extra={"fields": {"consumer": self._consumer.name, "subject": message.subject, "delivered": delivered}},
        )
        if delivered >= MAX_TRIES:
            return await self._dead_letter(message, f"gave up after {delivered} deliveries: {type(error).__name__}")
        with contextlib.suppress(Exception):
            await message.nak(delay=retry_delay_s(delivered))
        return "retry"

    async def _dead_letter(self, message: Msg, reason: str) -> str:
        self._consumer.note(poison=True)
        headers = {**(message.headers or {})}
        event_id = headers.get("ce-id", headers.pop("Nats-Msg-Id", ""))
        headers |= {
            "Nats-Msg-Id": f"{self._consumer.name}:{event_id}:{message.metadata.sequence.stream}",
            "dlq-consumer": self._consumer.name,
            "dlq-subject": message.subject,
            "dlq-reason": reason[:500],
            "dlq-delivered": str(message.metadata.num_delivered),
            "dlq-at": datetime.now(UTC).isoformat(),
        }
        await self._nats.js.publish(f"dlq.{self._consumer.name}", message.data, headers=headers, timeout=5)
        await message.term()
        log.error(
            "dead-lettered",
            extra={"fields": {"consumer": self._consumer.name, "subject": message.subject, "reason": reason}},
        )
        return "poison"


def envelope_of(message: Msg) -> Envelope:
    """Reads the CloudEvents headers; raises Poison when they are missing or wrong."""
    headers = message.headers or {}
    try:
        return Envelope(
            id=UUID(headers["ce-id"]),
            type=headers["ce-type"],
            source=headers["ce-source"],
            time=datetime.fromisoformat(headers["ce-time"]),
            subject=message.subject,
            body=message.data,
        )
    except (KeyError, ValueError) as error:
        reason = f"the envelope is not CloudEvents 1.0: {type(error).__name__}"
        raise Poison(reason) from error


def retry_delay_s(delivered: int) -> float:
    """1 s after the first failure, four times longer after each further one, 10 minutes at most, with jitter."""
    return min(4.0 ** (delivered - 1), 600.0) * random.uniform(0.8, 1.2)  # noqa: S311


@contextlib.asynccontextmanager
async def _in_progress(message: Msg) -> AsyncIterator[None]:
    """Tells the broker every 10 s that the handler is still at it, so that a long one is not delivered twice."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(_IN_PROGRESS_EVERY_S)
            await message.in_progress()

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
