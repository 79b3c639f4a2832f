"""Lists and searches stay on their indexes behind row-level security, in narrow and wide scopes."""

import json
from collections.abc import AsyncIterator
from hashlib import md5
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from sangathan_chassis.scope import Scope, scope_statement
from sangathan_embedded import EmbeddedServers
from sangathan_registry.queries import exports, find_by_keys, list_workers, unit_counts
from sangathan_registry.queries.list_workers import Position
from sangathan_registry.queries.search_workers import BY_ENGLISH, SearchWorkers, search_workers, statement
from sangathan_testkit.databases import DatabaseUrls, Templates

NOBODY = UUID(int=0)
# Between the scans of tables.
BETWEEN = {"CTE Scan", "Function Scan", "Subquery Scan"}
READ_SO_FAR = "SELECT sum(pg_stat_get_xact_blocks_fetched(oid)) FROM pg_class WHERE relname LIKE 'workers%'"
# 100 districts of 10 mandals of 5 booths, 12 workers each, 500 names.
FILL = """
INSERT INTO workers (id, unit_id, path, name_key, name_key_en, name_hi, phone_index, captured_at, source, status,
    version, created_at, changed_at)
SELECT gen_random_uuid(), gen_random_uuid(),
    format('in.mp.d%s.v1.m%s.b%s.', lpad((n / 600)::text, 2, '0'), n / 60 % 10, n / 12 % 5), key, key, key,
    decode(md5(n::text), 'hex'), now(), 'import', 'active', 1, now(), now()
FROM (SELECT n, 'name' || md5((n % 500)::text) AS key FROM generate_series(0, 59999) AS n) AS s
"""
# Everybody bears one key, and one of 500 besides.
KEYS = """
INSERT INTO worker_keys (key, worker_id, path)
SELECT key, id, path FROM workers CROSS JOIN LATERAL (VALUES ('nmn'), (left(name_key, 8))) AS k (key)
"""
UNITS = """
INSERT INTO unit_replica (unit_id, parent_id, level, code, path, name_hi, name_en, version)
SELECT md5(path)::uuid, md5(substring(path FROM '^(.*[.])[^.]+[.]$'))::uuid, 'any', 'any', path, 'unit', 'unit', 1
FROM (SELECT DISTINCT array_to_string((string_to_array(path, '.'))[1:depth], '.') || '.' AS path
    FROM workers, generate_series(1, 6) AS depth) AS s
"""
LEVELS = ["in.mp.d07.v1.m3.b2.", "in.mp.d07.v1.m3.", "in.mp.d07.v1.", "in.mp.d07.", "in.mp.", "in."]


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
    await owner.execute(KEYS)
    await owner.execute(UNITS)
    await owner.execute("VACUUM ANALYZE workers, worker_keys, unit_replica")
    await owner.close()
    app = await asyncpg.connect(urls.app, server_settings={"jit": "off"})
    yield app
    await app.close()


def hashed(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list):
        return f"ARRAY[{', '.join(map(literal, value))}]"
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


def blocks(found: dict[str, Any]) -> int:
    return int(found["Shared Hit Blocks"]) + int(found["Shared Read Blocks"])


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
        "a number": (unit_counts.COUNTS, [hashed(scope.lo), scope.lo, scope.hi]),
    }


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("path", LEVELS)
@pytest.mark.parametrize("name", list(queries(Scope.subtree("in."))))
async def test_it_reads_the_page_and_not_the_state(
    connection: asyncpg.Connection, name: str, path: str, mode: str
) -> None:
    scope = Scope.subtree(path)
    found = await plan(connection, scope, mode, queries(scope)[name])
    assert set(scans(found)) - BETWEEN <= {"Index Scan", "Index Only Scan", "Bitmap Index Scan", "Bitmap Heap Scan"}
    assert blocks(found) < 900


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("path", LEVELS)
async def test_a_sound_that_everybody_bears_is_not_read_to_its_end(
    connection: asyncpg.Connection, path: str, mode: str
) -> None:
    scope = Scope.subtree(path)
    keys = ["nmn", f"name{hashed('7')[:4]}"]
    set_mode = f"{mode}; {find_by_keys.IN_ORDER}"
    found = await plan(connection, scope, set_mode, (find_by_keys.FIND, [keys, scope.lo, scope.hi, None]))
    assert "Seq Scan" not in scans(found)
    # Three blocks for each of the 300 who are weighed, and for each who is asked for the common key.
    assert blocks(found) < 2_000


async def test_a_booths_search_is_planned_for_the_booth_after_a_states(connection: asyncpg.Connection) -> None:
    async def read(path: str) -> int:
        async with connection.transaction():
            await connection.execute(scope_statement(Scope.subtree(path)))
            before = await connection.fetchval(READ_SO_FAR)
            await search_workers(connection, SearchWorkers(Scope.subtree(path), 50, name_key="name"))
            return int(await connection.fetchval(READ_SO_FAR)) - int(before)

    for _ in range(10):
        await read("in.mp.")
    assert await read(LEVELS[0]) < 50


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("path", LEVELS)
async def test_a_page_of_an_export_is_read_by_its_ids(connection: asyncpg.Connection, path: str, mode: str) -> None:
    scope = Scope.subtree(path)
    async with connection.transaction():
        await connection.execute(scope_statement(scope))
        ids = await connection.fetchval("SELECT array_agg(id) FROM (SELECT id FROM workers LIMIT 100) AS page")
    listed = "{" + ",".join(map(str, ids)) + "}"
    found = await plan(connection, scope, mode, (exports.WHOLE, [listed, scope.lo, scope.hi, "active"]))
    assert "Seq Scan" not in scans(found)
    assert blocks(found) < 900


async def test_the_measure_itself_tells_a_full_scan(connection: asyncpg.Connection) -> None:
    leaky = ("SELECT id FROM workers WHERE lower(name_key) = $1", ["name"])
    found = await plan(connection, Scope.subtree("in."), "auto", leaky)
    assert "Seq Scan" in scans(found)


async def test_a_whole_name_stands_before_a_part_of_it_however_common_the_rest(connection: asyncpg.Connection) -> None:
    rare = f"name{hashed('7')[:4]}"
    everywhere = Scope.subtree("in.")
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(scope_statement(everywhere))
    bearers = [
        row["worker_id"]
        for row in await connection.fetch("SELECT worker_id FROM worker_keys WHERE key = $1 ORDER BY path", rare)
    ]
    await connection.execute("DELETE FROM worker_keys WHERE key = 'nmn' AND worker_id = $1", bearers[0])
    found = [
        row["id"] for row in await find_by_keys.find_by_keys(connection, everywhere, ["nmn", rare], captured_by=None)
    ]
    await transaction.rollback()
    assert len(bearers) == 120
    assert found[119] == bearers[0]
    assert set(found[:120]) == set(bearers)
    assert len(found) == find_by_keys.MOST
