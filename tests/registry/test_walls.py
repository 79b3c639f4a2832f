"""The second wall: whatever the service's own SQL forgets, nothing outside the scope comes back."""

from uuid import uuid4

import asyncpg
import pytest
from sqlmodel import SQLModel

from sangathan_chassis.scope import Scope, scope_statement
from sangathan_registry.queries import list_workers, search_workers
from sangathan_registry.queries.list_workers import ListWorkers
from sangathan_registry.queries.search_workers import BY_ENGLISH, SearchWorkers
from sangathan_registry.store.tables import TABLES
from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.world import BOOTH, DISTRICT, NEXT_BOOTH, STATE, TWIN, TWIN_BOOTH

SCOPED = (
    *("workers", "consents", "receipts", "rejected_records", "assignments"),
    *("audit_entries", "count_deltas", "unit_counts", "cards"),
)


@pytest.fixture
async def filled(registry: Harness) -> Harness:
    """Every scoped table has rows in three places."""
    for path in (BOOTH, TWIN_BOOTH, STATE):
        await world.synced(registry, world.at(STATE), [world.a_record(path), world.a_record(path, gender="x")])
        await world.rows(
            registry,
            "INSERT INTO assignments VALUES ($1, $1, $1, $2, $3, now(), NULL, NULL, now())",
            uuid4(),
            world.unit_id(path),
            path,
        )
        await world.rows(registry, "INSERT INTO unit_counts VALUES ($1, 1) ON CONFLICT DO NOTHING", path)
        await world.rows(
            registry,
            "INSERT INTO cards SELECT gen_random_uuid(), $1, $2, '1', nextval('card_indexes'),"
            " '', '', $1, now(), now()",
            uuid4(),
            path,
        )
    return registry


@pytest.mark.parametrize("table", SCOPED)
async def test_without_any_predicate_only_the_scope_comes_back(filled: Harness, table: str) -> None:
    assert await world.paths(filled, table) >= {BOOTH, TWIN_BOOTH, STATE}
    for path, seen in ((DISTRICT, {BOOTH}), (TWIN, {TWIN_BOOTH}), (NEXT_BOOTH, set())):
        async with filled.database.read(Scope.subtree(path)) as read:
            assert {row["path"] for row in await read.fetch(f"TABLE {table}")} == seen


@pytest.mark.parametrize("table", [*SCOPED, "question_tallies"])
async def test_without_a_scope_nothing_comes_back(filled: Harness, table: str) -> None:
    for url in (filled.urls.app, filled.urls.migrator):
        connection = await asyncpg.connect(url)
        assert await connection.fetch(f"TABLE {table}") == []
        await connection.close()


async def test_the_queries_with_a_range_too_wide_are_held_by_the_wall(filled: Harness) -> None:
    everything = Scope.everything()
    async with filled.database.read(Scope.subtree(DISTRICT)) as read:
        listed = await list_workers.list_workers(read, ListWorkers(everything, "active", 50))
        found = await search_workers.search_workers(
            read, SearchWorkers(everything, 50, name_key="ra", column=BY_ENGLISH)
        )
    assert {row["path"] for row in listed} == {row["path"] for row in found} == {BOOTH}


async def test_a_cached_plan_keeps_no_scope(filled: Harness) -> None:
    connection = await asyncpg.connect(filled.urls.app)
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    statement = await connection.prepare(list_workers.FIRST)
    for path in (BOOTH, TWIN_BOOTH) * 4:
        async with connection.transaction():
            await connection.execute(scope_statement(Scope.subtree(path)))
            assert [row["path"] for row in await statement.fetch("", "~", "active", 50)] == [path]
    await connection.close()


async def test_the_trail_can_be_neither_changed_nor_shortened(filled: Harness) -> None:
    for statement in (
        "DELETE FROM audit_entries",
        "UPDATE audit_entries SET person_id = gen_random_uuid()",
        "UPDATE audit_entries SET purpose = 'x'",
        "TRUNCATE audit_entries",
        "UPDATE receipts SET body_hash = ''",
        "DELETE FROM workers",
    ):
        async with filled.database.read(Scope.everything()) as read:
            await read.execute("COMMIT; BEGIN")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await read.execute(statement)


async def test_every_table_with_a_path_stands_behind_the_wall(registry: Harness) -> None:
    rows = await world.rows(
        registry,
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'path'"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
    )
    assert [row["relname"] for row in rows] == ["unit_replica"], "units are no secret, workers are"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.__tablename__))
async def test_a_table_is_described_as_it_was_migrated(registry: Harness, table: type[SQLModel]) -> None:
    described = table.__table__.columns  # type: ignore[attr-defined]  # SQLModel adds it.
    rows = await world.rows(
        registry,
        "SELECT column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns WHERE table_name = $1",
        table.__tablename__,
    )
    found = {row["column_name"]: row["nullable"] for row in rows}
    assert found == {column.name: bool(column.nullable) for column in described}
