"""Keeps the tree, the appointments and the revocations in step with identity's events, and says when it cannot."""

import asyncio
import gc
import logging
import time
from collections.abc import AsyncIterator
from typing import Final

from sangathan_chassis.feed import Feed
from sangathan_chassis.nats_link import NatsLink
from sangathan_contracts import identity
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.identity import SnapshotPage
from sangathan_gateway.tokens import Revocations
from sangathan_hierarchy.memory import MemoryHierarchy
from sangathan_hierarchy.replica import decode
from sangathan_hierarchy.snapshot import fetch_snapshot

log = logging.getLogger(__name__)

STREAM: Final = "EV_IDENTITY"
FILTERS: Final = ("ev.identity.>",)
STALE_AFTER_S: Final = 5.0


class Follower:
    """Identity's events, applied in this process."""

    def __init__(self, nats: NatsLink, revocations: Revocations) -> None:
        self._nats = nats
        self._revocations = revocations
        self._feed = Feed(nats, STREAM, FILTERS, self.on_event, on_begun_anew=self._forget)
        self.hierarchy = MemoryHierarchy(self._snapshot, self._take_revocations)

    def stale(self) -> bool:
        """Whether a revocation may have been missed: the broker has said nothing for too long."""
        return self._feed.silent_s() > STALE_AFTER_S

    async def _snapshot(self) -> AsyncIterator[SnapshotPage]:
        async for page in fetch_snapshot(await self._nats.wait(), "gateway"):
            yield page

    def _take_revocations(self, pages: list[SnapshotPage]) -> None:
        suspended = [str(person) for page in pages for person in page.suspended]
        ended = [str(session) for page in pages for session in page.ended_sessions]
        self._revocations.load(suspended, ended, time.time())

    async def _forget(self) -> None:
        """Whatever was missed is in the snapshot, which `keep_loaded` asks for."""
        self.hierarchy.loaded = False

    async def follow(self) -> None:
        """Follows the events until cancelled."""
        await self._feed.run()

    async def keep_loaded(self) -> None:
        """Loads the snapshot at first, once the place in the stream is held, and whenever a load was missed."""
        await self._feed.positioned()
        while True:
            if not self.hierarchy.loaded:
                await self._try_to_load()
            await asyncio.sleep(0.25)

    async def _try_to_load(self) -> None:
        try:
            await self.hierarchy.load()
        except TimeoutError:
            log.warning("identity gives no snapshot yet")
            return
        gc.collect()
        gc.freeze()  # The tree stays: the collector need not look through it again and again.

    async def on_event(self, envelope: Envelope) -> None:
        """Applies one event; raises Poison when its body cannot be read."""
        kind = envelope.type
        if kind == identity.SessionEnded.type:
            self._revocations.end_session(str(decode(envelope, identity.SessionEnded).session_id), time.time())
        elif kind == identity.PersonSuspended.type:
            suspended = decode(envelope, identity.PersonSuspended)
            self._revocations.suspend(str(suspended.person_id), suspended.version)
        elif kind == identity.PersonReinstated.type:
            reinstated = decode(envelope, identity.PersonReinstated)
            self._revocations.reinstate(str(reinstated.person_id), reinstated.version)
        else:
            await self._change_hierarchy(envelope)

    async def _change_hierarchy(self, envelope: Envelope) -> None:
        """A missed snapshot is asked for again by `keep_loaded`; nobody is admitted to an office until it is there."""
        try:
            await self.hierarchy.follow(envelope)
        except TimeoutError:
            log.warning("identity gives no snapshot after a missed change")
