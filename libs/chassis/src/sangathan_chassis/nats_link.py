"""The service's one connection to NATS, which may be down without taking the service down."""

import asyncio
import contextlib
import logging

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext

from sangathan_chassis.settings import ProcessSettings

log = logging.getLogger(__name__)

# A broker that has left this many pings in a row unanswered is gone, whatever the connection says of itself.
PING_EVERY_S = 5.0
UNANSWERED_PINGS = 2


class NatsLink:
    """Connects in the background and for ever; every user has an inbox prefix that nobody else may read."""

    def __init__(self, settings: ProcessSettings) -> None:
        self._settings = settings
        self._client = Client()
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def connected(self) -> bool:
        """Whether the broker answers now."""
        return self._client.is_connected

    @property
    def client(self) -> Client:
        """The core NATS client; use it only after `wait`."""
        return self._client

    @property
    def js(self) -> JetStreamContext:
        """JetStream's publishing side."""
        return self._client.jetstream()

    def start(self) -> None:
        """Begins to connect, without waiting."""
        self._task = asyncio.create_task(self._connect(), name="nats-connect")

    async def wait(self) -> Client:
        """The client once it has been connected for the first time."""
        await self._ready.wait()
        return self._client

    async def close(self) -> None:
        """Flushes what is under way and disconnects."""
        self._closing = True
        if self._task:
            self._task.cancel()
        with contextlib.suppress(Exception):
            async with asyncio.timeout(2):
                await self._client.flush()
        with contextlib.suppress(Exception):
            await self._client.close()

    async def _connect(self) -> None:
        wait = 0.2
        while True:
            try:
                await self._connect_once()
            except (OSError, TimeoutError, nats.errors.Error) as error:
                log.warning("the broker does not answer yet", extra={"fields": {"error": type(error).__name__}})
                await asyncio.sleep(wait)
                wait = min(wait * 2, 5.0)
            else:
                self._ready.set()
                return

    async def _connect_once(self) -> None:
        user = self._settings.nats_user
        await self._client.connect(
            servers=[self._settings.nats_url],
            user=user or None,
            password=self._settings.nats_password.get_secret_value() or None,
            name=f"sangathan-{user}",
            inbox_prefix=f"_INBOX_{user}",
            connect_timeout=2,
            reconnect_time_wait=0.25,  # type: ignore[arg-type]  # It sleeps on it: a float is fine.
            max_reconnect_attempts=-1,
            ping_interval=PING_EVERY_S,  # type: ignore[arg-type]  # It sleeps on it: a float is fine.
            max_outstanding_pings=UNANSWERED_PINGS,
            pending_size=64 * 1024 * 1024,
            error_cb=_on_error,
            disconnected_cb=self._on_disconnected,
            reconnected_cb=_on_reconnected,
        )

    async def _on_disconnected(self) -> None:
        if not self._closing:
            log.warning("the broker has gone away")


async def _on_error(error: Exception) -> None:
    log.warning("nats", extra={"fields": {"error": type(error).__name__, "text": str(error)[:120]}})


async def _on_reconnected() -> None:
    log.info("the broker is back")
