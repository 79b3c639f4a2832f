"""Each service's roles open their own database and no other, and the app role cannot climb."""

import asyncpg
import pytest

from sangathan_embedded import EmbeddedServers
from sangathan_embedded.services import DATABASES

OTHERS = [(one, other) for one in DATABASES for other in (*DATABASES, "postgres", "template1") if one != other]


@pytest.mark.parametrize(("service", "database"), OTHERS)
@pytest.mark.parametrize("role", ["app", "migrator"])
async def test_a_role_cannot_open_another_database(
    embedded: EmbeddedServers, service: str, database: str, role: str
) -> None:
    password = embedded.secrets.role_password(service, role)
    url = embedded.postgres.url(f"{service}_{role}", password, database)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(url)


async def test_no_role_may_connect_anywhere_but_to_its_own_database(embedded: EmbeddedServers) -> None:
    """Every role that may log in and every database that the cluster has, listed here or not."""
    connection = await asyncpg.connect(embedded.postgres.admin_url())
    try:
        rows = await connection.fetch(
            "SELECT r.rolname, d.datname FROM pg_roles r CROSS JOIN pg_database d"
            " WHERE r.rolcanlogin AND NOT r.rolsuper AND d.datallowconn"
            " AND has_database_privilege(r.rolname, d.datname, 'CONNECT')"
        )
        members = await connection.fetchval(
            "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member"
            " WHERE r.rolcanlogin AND NOT r.rolsuper"
        )
    finally:
        await connection.close()
    assert {tuple(row.values()) for row in rows} == {
        (f"{service}_{role}", service) for service in DATABASES for role in ("app", "migrator")
    }
    assert members == 0


@pytest.mark.parametrize("service", DATABASES)
async def test_the_app_role_opens_its_own_database(embedded: EmbeddedServers, service: str) -> None:
    connection = await asyncpg.connect(embedded.database_url(service))
    try:
        assert await connection.fetchval("SELECT current_database()") == service
    finally:
        await connection.close()


async def test_the_app_role_cannot_make_a_table(embedded: EmbeddedServers) -> None:
    connection = await asyncpg.connect(embedded.database_url("registry"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE mine (id int)")
    finally:
        await connection.close()


async def test_the_app_role_neither_owns_nor_bypasses_row_security(embedded: EmbeddedServers) -> None:
    connection = await asyncpg.connect(embedded.migrator_url("registry"))
    try:
        row = await connection.fetchrow("SELECT * FROM pg_roles WHERE rolname = 'registry_app'")
        owner = await connection.fetchval("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'registry'")
    finally:
        await connection.close()
    assert row is not None
    rights = ("rolsuper", "rolbypassrls", "rolcreatedb", "rolcreaterole", "rolreplication")
    assert [right for right in rights if row[right]] == []
    assert owner == "registry_migrator"


async def test_a_wrong_password_is_refused(embedded: EmbeddedServers) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(embedded.postgres.url("registry_app", "wrong", "registry"))


async def test_it_is_postgresql_18(embedded: EmbeddedServers) -> None:
    connection = await asyncpg.connect(embedded.database_url("identity"))
    try:
        assert connection.get_server_version().major == 18
    finally:
        await connection.close()
