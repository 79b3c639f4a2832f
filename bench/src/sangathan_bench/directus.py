"""Directus on the registry's own database: its tables in a schema of their own, its role the service's.

A caller of its REST API holds a static token and a policy, which says what may be read and written, and what is
checked. The schema goes with the block.
"""

import asyncio
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from sangathan_bench.figures import Figures
from sangathan_bench.npm import fetched, node_environment
from sangathan_bench.stage import Stage
from sangathan_chassis.scope import upper_bound
from sangathan_embedded.ports import LOOPBACK, free_port

TOKEN: Final = "the-benchmark-itself"  # noqa: S105 - of a server that lives as long as the benchmark.
_ADMIN: Final = "the-benchmarks-administrator"
_VERSION: Final = "11.17.4"
_SCHEMA: Final = "bench_directus"
_READY_WITHIN_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Directus:
    """A running Directus, as its administrator."""

    port: int

    def allow(self, collection: str, action: str, **rule: Mapping[str, Any]) -> None:
        """Lets the bearer of TOKEN do this with the collection, within the rule."""
        with httpx.Client(base_url=f"http://{LOOPBACK}:{self.port}", timeout=60, trust_env=False) as http:
            http.headers["authorization"] = f"Bearer {_ADMIN}"
            policy = _made(http, "/policies", {"name": "bench", "app_access": False, "admin_access": False})
            permission = {"policy": policy, "collection": collection, "action": action, "fields": ["*"], **rule}
            _made(http, "/permissions", permission)
            user = _made(http, "/users", {"email": "bench@example.com", "token": TOKEN, "status": "active"})
            _made(http, "/access", {"policy": policy, "user": user})


def program(figures: Figures) -> Path | None:
    """The folder that Directus is installed in; None when it cannot be had."""
    return fetched(figures, "directus", _VERSION)


def path_of_page(columns: str) -> str:
    """The page of 50 workers, in the order of our own list."""
    return f"/items/workers?fields={columns}&sort=path,name_key,id&limit=50"


def rows_within(path: str) -> dict[str, Any]:
    """The filter of a policy that shows the active workers of one unit and all below it."""
    # Directus compares a text by its beginning alone; the wall's range stands behind it.
    return {"_and": [{"path": {"_starts_with": path}}, {"status": {"_eq": "active"}}]}


@contextmanager
def directus(stage: Stage, folder: Path, path: str) -> Iterator[Directus]:
    """Directus with as many connections as the registry has, behind the wall for one range of paths."""
    asyncio.run(_schema(stage, f"CREATE SCHEMA {_SCHEMA} AUTHORIZATION registry_app"))
    port = free_port()
    environment = {**node_environment(), **_settings(stage, path), "PORT": str(port)}
    command = folder / "node_modules" / ".bin" / "directus"
    _bootstrapped(command, folder, environment)
    log = (folder / "directus.log").open("wb")
    process = subprocess.Popen([command, "start"], cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        _until_it_answers(port, process)
        yield Directus(port)
    finally:
        process.terminate()
        process.wait(30)
        log.close()
        asyncio.run(_schema(stage, ""))


def _settings(stage: Stage, path: str) -> dict[str, str]:
    url = httpx.URL(stage.database_url("registry"))
    return {
        "DB_CLIENT": "pg",
        "DB_HOST": url.host,
        "DB_PORT": str(url.port),
        "DB_DATABASE": "registry",
        "DB_USER": "registry_app",
        "DB_PASSWORD": stage.secrets.role_password("registry", "app"),
        "DB_SEARCH_PATH": f"array:{_SCHEMA},public",
        "DB_OPTIONS": f"-c jit=off -c app.lo={path} -c app.hi={upper_bound(path)}",
        "DB_POOL__MIN": "0",
        "DB_POOL__MAX": "10",
        "SECRET": "a secret of the benchmark alone, with 32 letters or more",
        "ADMIN_EMAIL": "admin@example.com",
        "ADMIN_PASSWORD": _ADMIN,
        "ADMIN_TOKEN": _ADMIN,
        "HOST": LOOPBACK,
        "TELEMETRY": "false",
        "LOG_LEVEL": "error",
    }


def _bootstrapped(command: Path, folder: Path, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        [command, "bootstrap"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"Directus could not be set up: {(done.stdout + done.stderr)[-1000:]}")


def _until_it_answers(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"http://{LOOPBACK}:{port}/server/ping").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError("Directus did not come up; directus.log in its folder may say why")


def _made(http: httpx.Client, path: str, body: Mapping[str, Any]) -> Any:
    reply = http.post(path, json=body)
    if not reply.is_success:
        raise RuntimeError(f"Directus did not take POST {path}: {reply.text[:500]}")
    return reply.json()["data"]["id"]


async def _schema(stage: Stage, statement: str) -> None:
    connection = await asyncpg.connect(stage.admin_url("registry"))
    try:
        await connection.execute(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE; {statement}")
    finally:
        await connection.close()
