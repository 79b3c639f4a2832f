"""The gateway's composition root: settings, parts, the listening socket, and the orderly end on SIGTERM."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import typer
import uvloop

from sangathan_chassis.assertion import KeyFile
from sangathan_chassis.logs import set_up_logs
from sangathan_chassis.nats_link import NatsLink
from sangathan_chassis.settings import read_settings
from sangathan_gateway.access import Access, Parts
from sangathan_gateway.core import Core, Doors
from sangathan_gateway.feed import Follower
from sangathan_gateway.health import Health
from sangathan_gateway.limits import Buckets, Rate
from sangathan_gateway.merged import shipped_document
from sangathan_gateway.policy import PolicyError, load_routes, shipped_documents, shipped_policy
from sangathan_gateway.refusals import Publication
from sangathan_gateway.routes import Route, Router
from sangathan_gateway.settings import GatewaySettings
from sangathan_gateway.site import site
from sangathan_gateway.stamps import Stamper
from sangathan_gateway.tokens import Revocations, TokenCache, TokenVerifier
from sangathan_gateway.tracing import Tracing
from sangathan_gateway.trust import Introspection, PublicKeys
from sangathan_gateway.upstream import Upstream

log = logging.getLogger(__name__)

command = typer.Typer(help="Sangathan gateway.", no_args_is_help=True, add_completion=False)


def shipped_routes(rate_factor: float) -> list[Route]:
    """The routes of this release, checked against the services' documents of this release."""
    return load_routes(shipped_policy(), shipped_documents(), rate_factor=rate_factor)


def rates(rate_factor: float) -> dict[str, Rate]:
    """The rates of this release's policy by name."""
    rows = shipped_policy()["rates"].items()
    return {name: Rate(name, row["burst"], row["per_s"]).times(rate_factor) for name, row in rows}


class Gateway:
    """All parts of one process, made inside its event loop."""

    def __init__(self, settings: GatewaySettings, routes: list[Route]) -> None:
        self._settings = settings
        self.tracing = Tracing(settings)
        self.nats = NatsLink(settings)
        revocations = Revocations()
        self.follower = Follower(self.nats, revocations)
        self.upstreams = {name: Upstream(name, url, most=settings.pool_size) for name, url in settings.urls().items()}
        stampers = {
            name: Stamper(name, KeyFile(settings.assertion_keys_dir / f"{name}.key"))
            for name in (*settings.urls(), "live")
        }
        identity = (self.upstreams["identity"], stampers["identity"])
        self.keys = PublicKeys(*identity)
        limits = rates(settings.rate_factor)
        callers = Buckets(limits["standard"])
        self.parts = Parts(
            cache=TokenCache(),
            verifier=TokenVerifier(self.keys, callers),
            keys=self.keys,
            introspection=Introspection(*identity),
            revocations=revocations,
            hierarchy=self.follower.hierarchy,
            contact=self.follower,
            stampers=stampers,
            addresses=Buckets(limits["address"]),
            callers=callers,
        )
        self.access = Access(self.parts)
        self.health = Health(self.keys, self.follower)
        pages = site(self.health, self.tracing, self.access, settings=settings)
        self.core = Core(Router(routes), self.access, upstreams=self.upstreams, pages=pages, tracing=self.tracing)
        self.refusals = Publication(self.nats, self.follower.hierarchy, self.core.refusals)
        self.core.doors = Doors(settings.proxies(), settings.most_connections)
        self.tracing.show([*(route.stats for route in routes), self.core.unmatched])

    async def keep_keys(self) -> None:
        """Fetches identity's public keys, at once and then from time to time."""
        while True:
            if self.keys.old or not self.keys.current:
                await self.keys.refresh()
            await asyncio.sleep(1.0 if not self.keys.current else 5.0)

    @contextlib.asynccontextmanager
    async def listening(self, sock: socket.socket) -> AsyncIterator[None]:
        """Answers on the socket; at the end lets every answer under way finish."""
        loop = asyncio.get_running_loop()
        self.nats.start()
        jobs = (self.core.run, self.keep_keys, self.follower.follow, self.follower.keep_loaded, self.refusals.run)
        tasks = [loop.create_task(_kept_running(job)) for job in jobs]
        server = await loop.create_server(self.core.line, sock=sock, backlog=2048)
        try:
            yield
        finally:
            self.health.draining = True
            await asyncio.sleep(self._settings.drain_seconds)
            server.close()
            await self.core.drain()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.refusals.publish()
            await self.nats.close()
            self.tracing.close()


async def _kept_running(job: Callable[[], Awaitable[None]]) -> None:
    """A background job that fails is said once and begun again; it never takes requests with it."""
    while True:
        try:
            await job()
        except Exception as error:
            log.exception("background job failed", exc_info=error)
        await asyncio.sleep(0.5)


async def _serve(settings: GatewaySettings, routes: list[Route], sock: socket.socket) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Gateway(settings, routes).listening(sock):
        log.info("listening", extra={"fields": {"host": settings.host, "port": sock.getsockname()[1]}})
        await stop.wait()


def bind(host: str, port: int) -> socket.socket:
    """A listening address; raises SystemExit saying plainly why not."""
    try:
        sock = socket.create_server((host, port), backlog=2048)
    except OSError as error:
        raise SystemExit(f"cannot listen on {host}:{port}: {error.strerror}") from None
    sock.settimeout(0.0)
    return sock


@command.command()
def serve() -> None:
    """Answer requests until SIGTERM."""
    settings: GatewaySettings = read_settings(GatewaySettings)
    set_up_logs("gateway", settings.log_level)
    try:
        routes = shipped_routes(settings.rate_factor)
    except PolicyError as error:
        raise SystemExit(str(error)) from None
    gc.set_threshold(20_000, 20, 50)
    uvloop.run(_serve(settings, routes, bind(settings.host, settings.port)))


@command.command()
def openapi() -> None:
    """Print the OpenAPI document of the whole system; needs no server."""
    typer.echo(shipped_document().decode())


def main() -> None:
    """The command line."""
    command()
