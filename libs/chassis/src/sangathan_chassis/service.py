"""Composes a service: settings, database, broker, routes, consumers, and an orderly end.

On SIGTERM: unready, stay up for ``drain_seconds``, stop taking requests and events, finish those under way,
acknowledge, flush, and leave; 20 seconds at most.
"""

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import uvicorn
from fastapi import APIRouter, FastAPI

from sangathan_chassis import problems
from sangathan_chassis.assertion import KeyFile, Verifier
from sangathan_chassis.audit import HeadEvent, Linker
from sangathan_chassis.clock import Clock, SystemClock
from sangathan_chassis.consumer import Consumer
from sangathan_chassis.database import Database
from sangathan_chassis.describe import describe_problems
from sangathan_chassis.described_examples import describe_examples
from sangathan_chassis.edge import TreeGuard, no_tree
from sangathan_chassis.health import Check, Readiness, add_health_routes, database_check
from sangathan_chassis.idempotency import forget_old_keys
from sangathan_chassis.logs import set_up_logs
from sangathan_chassis.nats_link import NatsLink
from sangathan_chassis.observe import ObserveRequests
from sangathan_chassis.outbox import Relay
from sangathan_chassis.pages import CursorCodec
from sangathan_chassis.settings import ServiceSettings
from sangathan_chassis.shortcut import Shortcut
from sangathan_chassis.telemetry import Telemetry

log = logging.getLogger(__name__)

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")

_STOP_WITHIN_S = 20
# A background job that ran this long before it failed has got over what made it fail earlier.
_STEADY_S = 60.0


@dataclass(frozen=True, slots=True)
class Resources(Generic[S]):
    """What the chassis opens for a service."""

    settings: S
    database: Database
    nats: NatsLink
    telemetry: Telemetry
    clock: Clock
    cursors: CursorCodec


Task = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Service(Generic[S, P]):
    """A service's composition: ``parts`` builds its own objects, which routes find in ``app.state.parts``."""

    name: str
    settings_type: type[S]
    migrations: str
    routers: Sequence[APIRouter]
    trail_sealed: HeadEvent
    parts: Callable[[Resources[S]], P]
    consumers: Callable[[Resources[S], P], Sequence[Consumer]] = field(default=lambda _resources, _parts: ())
    background: Callable[[Resources[S], P], Sequence[Task]] = field(default=lambda _resources, _parts: ())
    checks: Callable[[Resources[S], P], Mapping[str, Check]] = field(default=lambda _resources, _parts: {})
    tree_guard: TreeGuard = no_tree
    hindi: Mapping[str, str] = field(default_factory=dict)
    """Sentences that its refusals tell in Hindi, by the English."""

    def app(self, settings: S | None = None, clock: Clock | None = None) -> FastAPI:
        """The ASGI application; without settings it can only describe itself."""

        @contextlib.asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            assert settings is not None  # noqa: S101 - only `openapi` builds the app without.
            async with self.running(app, settings, clock or SystemClock()):
                yield

        app = FastAPI(
            title=f"Sangathan {self.name}",
            version="1",
            lifespan=lifespan,
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            generate_unique_id_function=lambda route: route.name,
            separate_input_output_schemas=False,
        )
        for router in self.routers:
            app.include_router(router)
        problems.install(app, self.hindi)
        describe_problems(app)
        describe_examples(app)
        add_health_routes(app)
        own = [route for router in self.routers for route in router.routes]
        app.router.middleware_stack = Shortcut(app.router.middleware_stack, own)
        app.add_middleware(ObserveRequests)
        return app

    @contextlib.asynccontextmanager
    async def running(self, app: FastAPI, settings: S, clock: Clock) -> AsyncIterator[None]:
        """Everything behind the application, from the database to the background jobs, while the block lasts."""
        telemetry = Telemetry(settings, self.name)
        keys = KeyFile(settings.assertion_key_file)
        url = settings.database_url.get_secret_value()
        database = await Database.open(url, size=settings.pool_size, clock=clock)
        nats = NatsLink(settings)
        nats.start()
        resources = Resources(settings, database, nats, telemetry, clock, CursorCodec(keys))
        parts = self.parts(resources)
        consumers = list(self.consumers(resources, parts))
        linker = Linker(database, self.trail_sealed, publish_every_s=settings.audit_head_every_s)
        relay = Relay(url, nats, f"sangathan/{self.name}")
        database.on_commit = relay.wake
        _observe(telemetry, relay, consumers)
        state = app.state
        state.settings, state.telemetry, state.database, state.parts = settings, telemetry, database, parts
        state.cursors = resources.cursors
        state.verifier, state.tree_guard = Verifier(keys, self.name), self.tree_guard
        state.readiness = Readiness(
            {
                "database": database_check(database),
                "consumers": _consumer_check(consumers),
                **self.checks(resources, parts),
            }
        )
        jobs: list[Task] = [relay.run, linker.run, lambda: _forget_keys(database)]
        jobs += [_consuming(c, resources) for c in consumers]
        jobs += list(self.background(resources, parts))
        tasks = [asyncio.create_task(_kept_running(job), name=f"{self.name}-{n}") for n, job in enumerate(jobs)]
        try:
            yield
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_STOP_WITHIN_S - 5):
                    try:
                        await _stop(tasks)
                    finally:
                        # Even when the jobs do not end in time: a link left open would go on trying.
                        await nats.close()
                    await database.close()
            telemetry.close()


def _consuming(consumer: Consumer, resources: Resources[Any]) -> Task:
    return lambda: consumer.run(resources.database, resources.nats, resources.telemetry)


async def _kept_running(job: Task) -> None:
    """A background job that fails is said once and begun again, ever more slowly; it never takes requests with it."""
    clock, wait = asyncio.get_running_loop().time, 0.25
    while True:
        begun = clock()
        try:
            await job()
        except Exception as error:
            log.exception("background job failed", exc_info=error)
        else:
            return
        wait = 0.5 if clock() - begun > _STEADY_S else min(wait * 2, 30.0)
        await asyncio.sleep(wait)


async def _stop(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in reversed(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _forget_keys(database: Database) -> None:
    while True:
        await asyncio.sleep(600)
        async with database.pool.acquire() as connection:
            while await forget_old_keys(connection, database.clock.now()) == 1000:
                await asyncio.sleep(0.1)


def _consumer_check(consumers: Sequence[Consumer]) -> Callable[[], Awaitable[str]]:
    async def check() -> str:
        return "; ".join(f"{c.name}: {c.stopped}" for c in consumers if c.stopped)

    return check


def _observe(telemetry: Telemetry, relay: Relay, consumers: Sequence[Consumer]) -> None:
    from opentelemetry.metrics import CallbackOptions, Observation  # noqa: PLC0415

    def lag(_options: CallbackOptions) -> list[Observation]:
        return [Observation(relay.lag_s())]

    def stopped(_options: CallbackOptions) -> list[Observation]:
        return [Observation(int(bool(c.stopped)), {"consumer": c.name}) for c in consumers]

    telemetry.meter.create_observable_gauge(
        "sangathan_outbox_age_seconds", [lag], unit="s", description="Age of the oldest event not yet published."
    )
    telemetry.meter.create_observable_gauge(
        "sangathan_consumer_stopped", [stopped], description="1 for a consumer that stopped over poison messages."
    )


class OrderlyServer(uvicorn.Server):
    """uvicorn that becomes unready first and stops after the drain time."""

    def __init__(self, config: uvicorn.Config, unready: Callable[[], None], drain_s: float) -> None:
        super().__init__(config)
        self._unready = unready
        self._drain_s = drain_s

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ARG002 - uvicorn's shape.
        """The first signal drains; a second one stops at once."""
        if self._drain_s and not self.should_exit and sig == signal.SIGTERM:
            self._unready()
            drain, self._drain_s = self._drain_s, 0.0
            asyncio.get_event_loop().call_later(drain, self._leave)
            return
        self._unready()
        self._leave()

    def _leave(self) -> None:
        """Stops without noting the signal, which uvicorn would raise again at the end: the exit code must be 0."""
        self.force_exit = self.should_exit
        self.should_exit = True


def serve(app: Any, settings: Any, *, service: str, unready: Callable[[], None]) -> None:
    """Runs an ASGI application until SIGTERM or Ctrl-C; exits 0 after an orderly end."""
    set_up_logs(service, settings.log_level)
    # What is there by now stays: the collector need not look through it again and again, nor after every few requests.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
        backlog=2048,
    )
    server = OrderlyServer(config, unready, settings.drain_seconds)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise SystemExit(3)
