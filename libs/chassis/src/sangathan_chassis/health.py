"""Liveness, readiness and metrics: the three questions a platform asks every process."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import asyncpg
import msgspec
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sangathan_chassis.database import Database
from sangathan_chassis.problems import render
from sangathan_chassis.refusal import NOT_FOUND, Refusal

Check = Callable[[], Awaitable[str]]


class Readiness:
    """Whether the process should get requests: every check answers an empty string, and it is not draining."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = dict(checks)
        self.draining = False

    async def report(self) -> tuple[bool, dict[str, str]]:
        """Ready or not, and per check 'ok' or what is wrong."""
        answers = {name: await _within(check) for name, check in self._checks.items()}
        if self.draining:
            answers["draining"] = "this process is about to stop"
        return not any(answers.values()), {name: answer or "ok" for name, answer in answers.items()}


async def _within(check: Check) -> str:
    try:
        async with asyncio.timeout(2):
            return await check()
    except TimeoutError:
        return "no answer within 2 s"


def database_check(database: Database) -> Check:
    """The database answers and its migrations have been run."""

    async def check() -> str:
        try:
            async with database.pool.acquire(timeout=1.5) as connection:
                await connection.fetchval("SELECT version_num FROM alembic_version")
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            return f"the database does not answer or is not migrated: {type(error).__name__}"
        return ""

    return check


def add_health_routes(app: FastAPI) -> None:
    """``/livez`` says the event loop turns, ``/readyz`` whether to send requests, ``/metrics`` is for Prometheus."""
    app.router.routes.extend([Route("/livez", _livez), Route("/readyz", _readyz), Route("/metrics", _metrics)])


async def _livez(_request: Request) -> Response:
    return Response(b'{"status":"ok"}', media_type="application/json")


async def _readyz(request: Request) -> Response:
    readiness: Readiness = request.app.state.readiness
    ready, checks = await readiness.report()
    body = msgspec.json.encode({"status": "ready" if ready else "not ready", "checks": checks})
    return Response(body, status_code=200 if ready else 503, media_type="application/json")


async def _metrics(request: Request) -> Response:
    address = request.client.host if request.client else ""
    if not request.app.state.settings.shows_metrics(address, forwarded="x-forwarded-for" in request.headers):
        return render(Refusal(NOT_FOUND))
    return Response(request.app.state.telemetry.page(), media_type="text/plain; version=0.0.4; charset=utf-8")
