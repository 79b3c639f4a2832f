"""Without any predicate of a service, over every table that has a path: what the second wall alone lets through."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import pytest

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Database
from sangathan_chassis.scope import Scope, scope_statement
from tests.walls.planting import INSIDE, OUTSIDE, SCOPE, Planted, places_of

ABOVE = "in.mp."
SEEN_FROM_BELOW = {"broadcasts", "drives", "drive_limit_changes", "forms"}
"""What a unit sets up for those below it is seen there; what is beside is not."""

ONES_OWN = {"audit_entries": ("person_id", "subject_id"), "appointments": ("person_id",), "invitations": ("person_id",)}
"""Rows about a person are seen by that person, wherever they stand."""


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def seen(connection: Connection, tables: Sequence[str]) -> dict[str, set[str]]:
    """The paths of all rows in sight, of the tables that show any."""
    found = {table: {row["path"] for row in await connection.fetch(f'TABLE "{table}"')} for table in tables}
    return {table: paths for table, paths in found.items() if paths}


def within(tables: Sequence[str]) -> dict[str, set[str]]:
    return {table: {INSIDE, ABOVE} if table in SEEN_FROM_BELOW else {INSIDE} for table in tables}


async def test_the_planting_reaches_every_place(planted: Planted) -> None:
    assert planted.tables
    async with connected(planted.urls.superuser) as connection:
        assert await seen(connection, planted.tables) == {table: {INSIDE, *OUTSIDE} for table in planted.tables}


async def test_a_scope_lets_its_own_rows_through_and_no_other(planted: Planted) -> None:
    for url in (planted.urls.app, planted.urls.migrator):
        async with connected(url) as connection, connection.transaction():
            await connection.execute(scope_statement(Scope.subtree(SCOPE)))
            assert await seen(connection, planted.tables) == within(planted.tables)


@pytest.mark.parametrize(
    "settings", ["SELECT", "SET app.lo = ''; SET app.hi = ''; SET app.person = ''", "SET app.hi = '~'"]
)
async def test_without_both_bounds_nothing_comes_through(planted: Planted, settings: str) -> None:
    for url in (planted.urls.app, planted.urls.migrator):
        async with connected(url) as connection:
            await connection.execute(settings)
            assert await seen(connection, planted.tables) == {}


async def test_a_scope_of_nothing_shows_a_person_no_more_than_what_is_theirs(planted: Planted) -> None:
    for table in planted.tables:
        for column in ONES_OWN.get(table, ()):
            async with connected(planted.urls.superuser) as connection:
                row = await connection.fetchrow(f'TABLE "{table}"')
            assert row is not None
            async with connected(planted.urls.app) as connection, connection.transaction():
                await connection.execute(scope_statement(Scope.nothing(row[column])))
                assert {found["id"] for found in await connection.fetch(f'TABLE "{table}"')} <= {row["id"]}


async def test_one_pooled_connection_serves_scope_after_scope_from_its_cached_plans(planted: Planted) -> None:
    database = await Database.open(planted.urls.app, size=1)
    try:
        for path in (INSIDE, OUTSIDE[0], OUTSIDE[2]) * 4:
            async with database.read(Scope.subtree(path)) as read:
                await read.execute("SET LOCAL plan_cache_mode = force_generic_plan")
                found = await seen(read, planted.tables)
                shown = {table: paths - {ABOVE} for table, paths in found.items()}
                assert shown == {table: {path} for table in planted.tables}
    finally:
        await database.close()


async def test_a_plain_set_by_one_borrower_widens_nothing_for_the_next(planted: Planted) -> None:
    database = await Database.open(planted.urls.app, size=1)
    try:
        async with database.pool.acquire() as careless:
            await careless.execute("SET app.lo = ''; SET app.hi = '~'")
        async with database.read(Scope.subtree(SCOPE)) as read:
            assert await seen(read, planted.tables) == within(planted.tables)
        async with database.work(Scope.nothing()) as work:
            assert await seen(work.raw, planted.tables) == {}
    finally:
        await database.close()


async def test_no_row_can_be_moved_or_written_out_of_the_scope(planted: Planted) -> None:
    """An update of the path of whatever is in sight is refused or touches nothing: the trail may be appended to."""
    for table in planted.tables:
        async with connected(planted.urls.superuser) as connection:
            moves = ", ".join(f"\"{column}\" = '{OUTSIDE[0]}'" for column in await places_of(connection, table))
        assert moves
        async with connected(planted.urls.app) as connection, connection.transaction():
            await connection.execute(scope_statement(Scope.subtree(SCOPE)))
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f'UPDATE "{table}" SET {moves}')  # noqa: S608 - a catalogue's.
