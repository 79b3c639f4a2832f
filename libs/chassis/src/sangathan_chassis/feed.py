"""Follows a stream in memory: every process sees every event, nothing is acknowledged, nothing is kept.

The gateway and the live edge hang on it: they own no database, so their view starts from a snapshot or from now, and
the feed goes on from the last sequence it saw when the broker comes back.
"""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final

import nats
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from sangathan_chassis.consumer import Poison, envelope_of
from sangathan_chassis.nats_link import NatsLink
from sangathan_chassis.pull import Taker, pull
from sangathan_contracts.envelope import Envelope

log = logging.getLogger(__name__)

_ASKED_WITHIN_S: Final = 2.0


class Feed:
    """An ephemeral consumer of one stream; ``on_event`` sees events in stream order.

    When the stream has been made anew, there is no telling what was missed, whether it ends before the place that is
    held here or has grown past it by now: ``on_begun_anew`` is told of it before the first event that follows.
    """

    def __init__(
        self,
        nats_link: NatsLink,
        stream: str,
        filters: Sequence[str],
        on_event: Callable[[Envelope], Awaitable[None]],
        *,
        on_begun_anew: Callable[[], Awaitable[None]],
    ) -> None:
        self._nats = nats_link
        self._stream = stream
        self._filters = list(filters)
        self._on_event = on_event
        self._on_begun_anew = on_begun_anew
        self._next = 0
        self._made_at: datetime | None = None
        self._contact = 0.0
        self._positioned = asyncio.Event()

    def silent_s(self) -> float:
        """Seconds since the broker last answered; above 5 the view counts as stale."""
        return time.monotonic() - self._contact

    async def positioned(self) -> None:
        """Returns once the place in the stream is held: a snapshot loaded afterwards misses nothing."""
        await self._positioned.wait()

    async def run(self) -> None:
        """Follows until cancelled; makes its consumer anew, from where it was, whenever the broker has lost it."""
        while True:
            try:
                await self._nats.wait()
                name = await self._create()
            except (nats.errors.Error, OSError, TimeoutError) as error:
                log.warning(
                    "feed cannot start", extra={"fields": {"stream": self._stream, "error": type(error).__name__}}
                )
                await asyncio.sleep(0.5)
                continue
            self._touch()
            self._positioned.set()
            await self._follow(name)

    async def _create(self) -> str:
        """Makes the consumer, behind the end of the stream at first and from where it was later on; gives its name."""
        name = f"feed-{os.urandom(8).hex()}"
        made_at = await self._stream_made_at()
        end = await self._place(name, deliver_policy=DeliverPolicy.NEW)
        if not self._next:
            self._next, self._made_at = end, made_at
            return name
        if end < self._next or self._another(made_at):
            log.warning("the stream has begun anew", extra={"fields": {"stream": self._stream}})
            await self._on_begun_anew()
            self._next = end
        self._made_at = made_at or self._made_at
        # The first has told where the end is; nobody pulls it, and the broker drops it.
        name += "-on"
        await self._place(name, deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=self._next)
        if self._another(await self._stream_made_at()):
            raise TimeoutError
        return name

    def _another(self, made_at: datetime | None) -> bool:
        return None not in {made_at, self._made_at} and made_at != self._made_at

    async def _stream_made_at(self) -> datetime | None:
        """When the stream was made; None where the broker's users are those of an earlier release, who may not ask."""
        try:
            return (await self._nats.client.jetstream(timeout=_ASKED_WITHIN_S).stream_info(self._stream)).created
        except TimeoutError:
            return None

    async def _place(self, name: str, **start: Any) -> int:
        """Makes a consumer; gives the sequence at which it begins."""
        config = ConsumerConfig(
            name=name,
            ack_policy=AckPolicy.NONE,
            filter_subjects=self._filters,
            inactive_threshold=30.0,
            mem_storage=True,
            num_replicas=1,
            **start,
        )
        info = await self._nats.js._jsm.add_consumer(self._stream, config, timeout=_ASKED_WITHIN_S)  # noqa: SLF001
        return info.delivered.stream_seq + 1 if info.delivered else 0

    async def _follow(self, name: str) -> None:
        """Pulls until the broker has been silent for so long that the consumer must have gone."""
        task = asyncio.create_task(pull(self._nats, self._stream, name, Taker(self._take, self._touch)))
        try:
            while self.silent_s() < 5 and not task.done():
                await asyncio.sleep(0.25)
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _take(self, message: Msg) -> None:
        self._next = message.metadata.sequence.stream + 1
        try:
            await self._on_event(envelope_of(message))
        except Poison as poison:
            log.warning("feed skipped a message", extra={"fields": {"subject": message.subject, "reason": str(poison)}})

    def _touch(self) -> None:
        self._contact = time.monotonic()
