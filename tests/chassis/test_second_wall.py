"""Row-level security stands behind every statement, whatever a service's own SQL forgets."""

from uuid import uuid4

import asyncpg
import pytest

from sangathan_chassis.database import Database
from sangathan_chassis.scope import Scope, scope_statement
from sangathan_testkit.databases import DatabaseUrls, rolled_back
from sangathan_testkit.harness import Harness
from tests.chassis import notes

INSIDE, SIBLING, PARENT, TWIN = "in.mp.d07.v1.", "in.mp.d08.v1.", "in.mp.", "in.mp.d070.v1."
EVERYTHING_SQL = "SELECT path FROM notes"


@pytest.fixture
async def database(service: Harness, urls: DatabaseUrls) -> Database:
    for path in (INSIDE, SIBLING, PARENT, TWIN):
        await notes.put(urls, uuid4(), path, path)
    return service.database


async def test_a_query_without_any_predicate_sees_only_the_scope(database: Database) -> None:
    async with database.read(Scope.subtree("in.mp.d07.")) as read:
        assert [row["path"] for row in await read.fetch(EVERYTHING_SQL)] == [INSIDE]


@pytest.mark.usefixtures("database")
async def test_an_unset_scope_sees_nothing(urls: DatabaseUrls) -> None:
    connection = await asyncpg.connect(urls.app)
    assert await connection.fetch(EVERYTHING_SQL) == []
    await connection.close()


async def test_an_empty_scope_sees_nothing(database: Database) -> None:
    async with database.read(Scope.nothing()) as read:
        assert await read.fetch(EVERYTHING_SQL) == []


@pytest.mark.usefixtures("database")
async def test_a_scope_does_not_leak_to_the_next_borrower(urls: DatabaseUrls) -> None:
    connection = await asyncpg.connect(urls.app)
    async with connection.transaction():
        await connection.execute(scope_statement(Scope.everything()))
        assert len(await connection.fetch(EVERYTHING_SQL)) == 4
    assert await connection.fetch(EVERYTHING_SQL) == []
    await connection.close()


@pytest.mark.usefixtures("database")
async def test_a_cached_plan_does_not_keep_the_scope_it_was_made_under(urls: DatabaseUrls) -> None:
    connection = await asyncpg.connect(urls.app)
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    statement = await connection.prepare(EVERYTHING_SQL)
    for path in (INSIDE, SIBLING) * 4:
        async with connection.transaction():
            await connection.execute(scope_statement(Scope.subtree(path)))
            assert [row["path"] for row in await statement.fetch()] == [path]
    await connection.close()


@pytest.mark.usefixtures("database")
async def test_the_owner_is_bound_as_well(urls: DatabaseUrls) -> None:
    owner = await asyncpg.connect(urls.migrator)
    assert await owner.fetch(EVERYTHING_SQL) == []
    await owner.close()


async def test_a_view_does_not_go_round_the_wall(database: Database) -> None:
    async with database.read(Scope.subtree("in.mp.d07.")) as read:
        assert [row["path"] for row in await read.fetch("SELECT path FROM all_notes")] == [INSIDE]


async def test_a_row_cannot_be_written_outside_the_scope(database: Database) -> None:
    async with rolled_back(database, Scope.subtree("in.mp.d07.")) as work:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await work.raw.execute("INSERT INTO notes (id, path, text) VALUES ($1, $2, 'x')", uuid4(), SIBLING)


async def test_a_row_cannot_be_pushed_out_of_the_scope(database: Database) -> None:
    async with rolled_back(database, Scope.subtree("in.mp.d07.")) as work:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await work.raw.execute("UPDATE notes SET path = $1", SIBLING)


@pytest.mark.usefixtures("database")
async def test_the_app_role_cannot_change_the_wall(urls: DatabaseUrls) -> None:
    connection = await asyncpg.connect(urls.app)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("ALTER TABLE notes DISABLE ROW LEVEL SECURITY")
    await connection.close()
