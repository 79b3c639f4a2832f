"""The outbox: an event commits with the change it tells of, and a relay publishes it afterwards.

Ordering: a writer locks its aggregate's row first, so one aggregate's events have rising ``seq`` in commit order; the
relay publishes by ``seq``. Ownership: one relay per database, elected by a session advisory lock held on the very
connection that deletes, so a relay that lost the lock cannot delete. Delivery: a row goes only after JetStream's
acknowledgement; a crash in between publishes again under the same ``Nats-Msg-Id``, and consumers keep an inbox.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import msgspec
import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from sangathan_chassis.connection import Connection
from sangathan_chassis.ids import uuid7
from sangathan_chassis.nats_link import NatsLink
from sangathan_chassis.telemetry import current_traceparent
from sangathan_contracts.envelope import Event, subject_of

log = logging.getLogger(__name__)

_LOCK = 7_305_001
_WINDOW = 512
_IDLE_S = 0.025
# A relay never rests for so long: one that has gone without a word gives its lock to another after this.
_HEARD_WITHIN = {"idle_session_timeout": "30s"}
_LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, TimeoutError)


class OutboxRow(SQLModel, table=True):
    """An event on its way out; gone once JetStream has acknowledged it."""

    __tablename__ = "outbox"
    seq: int | None = Field(
        default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    )
    event_id: UUID
    type: str
    subject: str
    traceparent: str
    body: bytes
    created_at: datetime = Field(sa_column=sa.Column(sa.DateTime(timezone=True), nullable=False))


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that waits for its work to commit."""

    event_id: UUID
    type: str
    subject: str
    traceparent: str
    body: bytes
    at: datetime

    @classmethod
    def of(cls, event: Event, *, path: str, at: datetime) -> "Pending":
        """Gives the event its id and its subject below the unit at ``path``."""
        body = msgspec.json.encode(event)
        return cls(uuid7(), event.type, subject_of(event.type, path), current_traceparent(), body, at)


async def write_outbox(connection: Connection, pending: Sequence[Pending]) -> None:
    """Writes the waiting events in one statement, in the caller's transaction."""
    if not pending:
        return
    await connection.execute(
        "INSERT INTO outbox (event_id, type, subject, traceparent, body, created_at)"
        " SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::timestamptz[])",
        [p.event_id for p in pending],
        [p.type for p in pending],
        [p.subject for p in pending],
        [p.traceparent for p in pending],
        [p.body for p in pending],
        [p.at for p in pending],
    )


class Relay:
    """Publishes the outbox of one database; any number may run, one is active."""

    def __init__(self, url: str, nats: NatsLink, source: str) -> None:
        self._url = url
        self._nats = nats
        self._source = source
        self._wake = asyncio.Event()
        self.oldest_at: datetime | None = None
        self.active = False

    def wake(self) -> None:
        """Says that a work has just committed, so that the relay need not wait for its next look."""
        self._wake.set()

    def lag_s(self) -> float:
        """How long the oldest unpublished event has been waiting, in seconds; the outbox-age alarm reads it."""
        return (datetime.now(UTC) - self.oldest_at).total_seconds() if self.oldest_at else 0.0

    async def run(self) -> None:
        """Relays until cancelled; database and broker may come and go."""
        while True:
            try:
                await self._lead()
            except _LOST as error:
                log.warning("relay lost its database", extra={"fields": {"error": type(error).__name__}})
            self.active = False
            await asyncio.sleep(0.5)

    async def _lead(self) -> None:
        connection = await asyncpg.connect(self._url, timeout=5, command_timeout=20, server_settings=_HEARD_WITHIN)
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
                await asyncio.sleep(1.0)
            self.active = True
            while True:
                published = await self._publish_some(connection)
                if published < _WINDOW:
                    await self._rest()
        finally:
            with contextlib.suppress(Exception):
                await connection.close(timeout=1)

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_IDLE_S):
                await self._wake.wait()
        self._wake.clear()

    async def _publish_some(self, connection: Connection) -> int:
        rows = await connection.fetch(
            "SELECT seq, event_id, type, subject, traceparent, body, created_at FROM outbox ORDER BY seq LIMIT $1",
            _WINDOW,
        )
        self.oldest_at = rows[0]["created_at"] if rows else None
        if not rows or not self._nats.connected:
            return 0
        outcomes = await asyncio.gather(*(self._publish(row) for row in rows), return_exceptions=True)
        done = [
            row["seq"] for row, outcome in zip(rows, outcomes, strict=True) if not isinstance(outcome, BaseException)
        ]
        if len(done) < len(rows):
            log.warning("relay will publish again", extra={"fields": {"failed": len(rows) - len(done)}})
            await asyncio.sleep(0.2)
        await connection.execute("DELETE FROM outbox WHERE seq = ANY($1)", done)
        return len(done)

    async def _publish(self, row: asyncpg.Record) -> None:
        headers = {
            "Nats-Msg-Id": str(row["event_id"]),
            "ce-specversion": "1.0",
            "ce-id": str(row["event_id"]),
            "ce-type": row["type"],
            "ce-source": self._source,
            "ce-time": row["created_at"].isoformat(),
        }
        if row["traceparent"]:
            headers["traceparent"] = row["traceparent"]
        await self._nats.js.publish(row["subject"], row["body"], headers=headers, timeout=5)
