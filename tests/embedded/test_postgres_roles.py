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
