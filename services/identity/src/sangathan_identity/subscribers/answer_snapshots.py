"""Answers ``snap.identity``: streams the snapshot to whoever asks, each page acknowledged before the next is sent.

NATS's permissions are the authorization: only services that keep a replica may ask, and only below their own inbox. One
of identity's processes takes each request (queue group). A requester that goes away ends its own transaction only.
"""

import asyncio
import contextlib
import logging
from typing import Final

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from sangathan_chassis.clock import Clock
from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Database
from sangathan_chassis.nats_link import NatsLink
from sangathan_chassis.scope import Scope
from sangathan_contracts.identity import SNAPSHOT_SUBJECT
from sangathan_identity.queries.snapshot_pages import snapshot_pages

log = logging.getLogger(__name__)

QUEUE: Final = "identity"
REPLIES_BELOW: Final = "_snap."
AT_ONCE: Final = 4
_ACKNOWLEDGED_WITHIN_S: Final = 10.0


class SnapshotAnswers:
    """Serves up to four requesters at the same time; a fifth waits for its turn."""

    def __init__(self, nats: NatsLink, database: Database, clock: Clock) -> None:
        self._nats = nats
        self._database = database
        self._clock = clock
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Answers until cancelled; the subscription outlives reconnections."""
        client = await self._nats.wait()
        subscription = await client.subscribe(SNAPSHOT_SUBJECT, queue=QUEUE, cb=self._on_request)
        log.info("snapshots are answered")
        try:
            await asyncio.Event().wait()
        finally:
            for task in self._under_way:
                task.cancel()
            with contextlib.suppress(NatsError):
                await subscription.unsubscribe()

    async def _on_request(self, message: Msg) -> None:
        if not message.reply.startswith(REPLIES_BELOW):
            return
        task = asyncio.create_task(self._answer(message.reply), name="snapshot")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _answer(self, reply: str) -> None:
        client = self._nats.client
        try:
            async with self._turns, self._database.read(Scope.everything()) as connection:
                pages = await self._send_all(client, reply, connection)
        except NatsError as error:
            log.warning("a snapshot was not taken to its end", extra={"fields": {"error": type(error).__name__}})
        except Exception as error:
            log.exception("a snapshot failed", exc_info=error)
        else:
            log.info("a snapshot was sent", extra={"fields": {"pages": pages}})

    async def _send_all(self, client: Client, reply: str, connection: Connection) -> int:
        sent = 0
        async for page in snapshot_pages(connection, self._clock.now()):
            await client.request(reply, msgspec.json.encode(page), timeout=_ACKNOWLEDGED_WITHIN_S)
            sent += 1
        return sent
