"""Lists and searches stay on their indexes behind row-level security, in narrow and wide scopes."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from sangathan_chassis.scope import Scope, scope_statement
from sangathan_embedded import EmbeddedServers
from sangathan_registry.queries import list_workers
from sangathan_registry.queries.list_workers import Position
from sangathan_registry.queries.search_workers import BY_ENGLISH, SearchWorkers, statement
from sangathan_testkit.databases import DatabaseUrls, Templates

NOBODY = UUID(int=0)
# 100 districts of 10 mandals of 5 booths, 12 workers each, 500 names.
FILL = """
INSERT INTO workers (id, unit_id, path, name_key, name_key_en, name_hi, phone_index, captured_at, source, status,
    version, created_at, changed_at)
SELECT gen_random_uuid(), gen_random_uuid(),
    format('in.mp.d%s.v1.m%s.b%s.', lpad((n / 600)::text, 2, '0'), n / 60 % 10, n / 12 % 5), key, key, key,
    decode(md5(n::text), 'hex'), now(), 'import', 'active', 1, now(), now()
FROM (SELECT n, 'name' || md5((n % 500)::text) AS key FROM generate_series(0, 59999) AS n) AS s
"""


@pytest.fixture(scope="module")
async def connection(servers: EmbeddedServers, templates: Templates) -> AsyncIterator[asyncpg.Connection]:
    here = DatabaseUrls(
        app=servers.database_url("registry"),
        migrator=servers.migrator_url("registry"),
        superuser=servers.postgres.admin_url(),
    )
    urls = await templates.clone("registry", here)
    owner = await asyncpg.connect(urls.superuser)
    await owner.execute(FILL)
    await owner.execute("VACUUM ANALYZE workers")
    await owner.close()
    app = await asyncpg.connect(urls.app, server_settings={"jit": "off"})
    yield app
    await app.close()


def literal(value: Any) -> str:
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'"
    return str(value) if isinstance(value, int) else f"'{value}'"


async def plan(connection: asyncpg.Connection, scope: Scope, mode: str, query: tuple[str, list[Any]]) -> dict[str, Any]:
    # EXPLAIN of a statement with parameters would always plan for their values; EXECUTE minds plan_cache_mode.
    sql, arguments = query
    async with connection.transaction():
        await connection.execute(scope_statement(scope) + f"; SET LOCAL plan_cache_mode = {mode}")
        await connection.execute(f"PREPARE tried AS {sql}")
        values = ", ".join(map(literal, arguments))
        explained = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE tried({values})")
        await connection.execute("DEALLOCATE tried")
    found: dict[str, Any] = json.loads(explained)[0]["Plan"]
    return found


def scans(node: dict[str, Any]) -> list[str]:
    own = [node["Node Type"]] if "Scan" in node["Node Type"] else []
    return own + [scan for below in node.get("Plans", []) for scan in scans(below)]


def queries(scope: Scope) -> dict[str, tuple[str, list[Any]]]:
    after = Position("", "namem", NOBODY)
    listed: list[Any] = [scope.lo, scope.hi, "active", 51]
    return {
        "first page": (list_workers.FIRST, listed),
        "next page": (list_workers.NEXT, [*listed, "namem", NOBODY]),
        "a name": statement(SearchWorkers(scope, 50, name_key="namea")),
        "an English name": statement(SearchWorkers(scope, 50, name_key="namea1", column=BY_ENGLISH)),
        "the next page of a name": statement(SearchWorkers(scope, 50, name_key="name", after=after)),
        "a phone": statement(SearchWorkers(scope, 50, phone_index=b"x" * 16)),
    }


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("path", ["in.mp.d07.v1.m3.b2.", "in.mp.d07.v1.m3.", "in.mp.d07.", "in.mp.", "in."])
@pytest.mark.parametrize("name", list(queries(Scope.subtree("in."))))
async def test_it_reads_the_page_and_not_the_state(
    connection: asyncpg.Connection, name: str, path: str, mode: str
) -> None:
    scope = Scope.subtree(path)
    found = await plan(connection, scope, mode, queries(scope)[name])
    assert set(scans(found)) <= {"Index Scan", "Bitmap Index Scan", "Bitmap Heap Scan"}
    assert found["Shared Hit Blocks"] + found["Shared Read Blocks"] < 900


async def test_the_measure_itself_tells_a_full_scan(connection: asyncpg.Connection) -> None:
    leaky = ("SELECT id FROM workers WHERE lower(name_key) = $1", ["name"])
    found = await plan(connection, Scope.subtree("in."), "auto", leaky)
    assert "Seq Scan" in scans(found)
