"""What PostgreSQL's own catalogue says about the walls, so that a table or view added tomorrow is asked as well."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from sangathan_chassis.connection import Connection
from sangathan_testkit.databases import DatabaseUrls
from tests.walls.planting import scoped_tables

RANGE = "((path >= current_setting('app.lo'::text, true)) AND (path < current_setting('app.hi'::text, true)))"


@pytest.fixture
async def catalogue(urls: DatabaseUrls) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(urls.superuser)
    yield connection
    await connection.close()


async def test_every_table_with_a_path_has_row_level_security_that_binds_its_owner(catalogue: Connection) -> None:
    rows = await catalogue.fetch(
        "SELECT relname FROM pg_class WHERE relname = ANY($1) AND NOT (relrowsecurity AND relforcerowsecurity)",
        list(await scoped_tables(catalogue)),
    )
    assert [row[0] for row in rows] == []


async def test_every_table_with_a_path_is_walled_by_the_bare_range(catalogue: Connection) -> None:
    """A function, LIKE or a sub-select in its place would be slow, and the next one perhaps wrong."""
    rows = await catalogue.fetch(
        "SELECT tablename, policyname, cmd, qual, with_check, permissive FROM pg_policies WHERE tablename = ANY($1)",
        list(await scoped_tables(catalogue)),
    )
    walls = {row["tablename"]: row for row in rows if row["policyname"] == "scope"}
    assert set(walls) == set(await scoped_tables(catalogue))
    assert {table: row["qual"] for table, row in walls.items() if row["qual"] != RANGE} == {}
    wide = [
        (row["tablename"], row["policyname"])
        for row in rows
        if row["policyname"] != "scope"
        and row["cmd"] != "SELECT"
        and row["permissive"] == "PERMISSIVE"
        and row["tablename"] != "audit_entries"
    ]
    assert wide == [], "beside the range, a policy may let somebody read, never write"


async def test_no_policy_lets_everything_through(catalogue: Connection) -> None:
    rows = await catalogue.fetch("SELECT tablename, policyname, cmd FROM pg_policies WHERE qual = 'true'")
    assert [tuple(row) for row in rows] == []


async def test_the_app_role_owns_nothing_and_bypasses_nothing(service: str, catalogue: Connection) -> None:
    for role in (f"{service}_app", f"{service}_migrator"):
        row = await catalogue.fetchrow(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = $1", role
        )
        assert row is not None
        assert not any(row.values()), role
    owned = "SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = $1"
    assert await catalogue.fetch(owned, f"{service}_app") == []
    held = "SELECT rolname FROM pg_roles WHERE rolname <> $1 AND pg_has_role($1, oid, 'MEMBER')"
    assert await catalogue.fetch(held, f"{service}_app") == []


async def test_the_app_role_can_do_nothing_that_row_level_security_does_not_see(
    service: str, catalogue: Connection
) -> None:
    """TRUNCATE and a foreign key's check go round every policy."""
    rows = await catalogue.fetch(
        "SELECT c.relname, p FROM pg_class c, unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p"
        " WHERE c.relkind IN ('r', 'p', 'v') AND c.relnamespace = 'public'::regnamespace"
        " AND has_table_privilege($1, c.oid, p)",
        f"{service}_app",
    )
    assert [tuple(row) for row in rows] == []


async def test_every_view_asks_as_its_caller_and_none_keeps_rows(catalogue: Connection) -> None:
    """A view asks as its owner unless told otherwise, and a materialized one keeps what its owner saw."""
    rows = await catalogue.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND (relkind = 'm'"
        " OR relkind = 'v'"
        " AND NOT coalesce(reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false))"
    )
    assert [row[0] for row in rows] == []


async def test_only_the_trail_is_written_with_its_owners_rights(catalogue: Connection) -> None:
    rows = await catalogue.fetch(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace ORDER BY proname"
    )
    assert [row[0] for row in rows] == ["await_audit_link", "link_audit"]


async def test_nobody_else_can_make_anything_beside_the_walls(service: str, catalogue: Connection) -> None:
    for asked in (
        "has_schema_privilege($1, 'public', 'CREATE')",
        "has_database_privilege($1, current_database(), 'CREATE')",
    ):
        assert not await catalogue.fetchval(f"SELECT {asked}", f"{service}_app"), asked
