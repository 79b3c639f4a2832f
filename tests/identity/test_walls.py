"""The second wall, the insert-only trail, and what the database itself refuses."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from sangathan_chassis.scope import Scope, scope_statement
from sangathan_identity.main import SERVICE
from sangathan_testkit.databases import DatabaseUrls
from tests.identity import world

WALLED = (
    "units",
    "unit_versions",
    "appointments",
    "sessions",
    "devices",
    "device_enrolments",
    "totp_secrets",
    "recovery_codes",
    "passkeys",
)


@pytest.fixture
async def app_role(urls: DatabaseUrls) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(urls.app)
    yield connection
    await connection.close()


async def seen(connection: asyncpg.Connection, scope: Scope, statement: str) -> list[str]:
    async with connection.transaction():
        await connection.execute(scope_statement(scope))
        return [row[0] for row in await connection.fetch(statement)]


async def within(connection: asyncpg.Connection, scope: Scope, statement: str) -> str:
    async with connection.transaction():
        await connection.execute(scope_statement(scope))
        return await connection.execute(statement)


@pytest.mark.parametrize("table", WALLED)
async def test_an_unset_scope_sees_nothing(app_role: asyncpg.Connection, table: str) -> None:
    assert await app_role.fetch(f"SELECT 1 FROM {table}") == []  # noqa: S608


@pytest.mark.parametrize("table", WALLED)
async def test_the_owner_is_bound_as_well(urls: DatabaseUrls, table: str) -> None:
    owner = await asyncpg.connect(urls.migrator)
    assert await owner.fetch(f"SELECT 1 FROM {table}") == []  # noqa: S608
    await owner.close()


@pytest.mark.parametrize("table", ["units", "unit_versions", "appointments"])
async def test_without_any_condition_the_wall_alone_shows_the_subtree(app_role: asyncpg.Connection, table: str) -> None:
    found = await seen(app_role, Scope.subtree(world.DISTRICT), f"SELECT path FROM {table}")  # noqa: S608
    assert set(found) == {path for path in world.PATHS if path.startswith(world.DISTRICT)}


async def test_without_a_range_the_own_appointments_alone_are_in_sight(app_role: asyncpg.Connection) -> None:
    me = world.holder(world.BOOTH)
    found = await seen(app_role, Scope.nothing(me.person_id), "SELECT id FROM appointments")
    assert found == [me.appointment_id]


async def test_the_own_appointment_is_not_ones_own_to_change(app_role: asyncpg.Connection) -> None:
    me = world.holder(world.BOOTH)
    changed = await within(app_role, Scope.nothing(me.person_id), "UPDATE appointments SET valid_to = NULL")
    assert changed == "UPDATE 0"


async def test_a_row_cannot_be_written_outside_the_scope(app_role: asyncpg.Connection) -> None:
    statement = (
        "INSERT INTO units (id, parent_id, level, code, path, name_hi, name_en, version, valid_from)"  # noqa: S608
        f" VALUES ('{uuid4()}', '{world.unit_id(world.TWIN)}', 'booth', 'b9', 'in.mp.d070.b9.', 'क', 'K', 1, now())"
    )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await within(app_role, Scope.subtree(world.DISTRICT), statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET action = ''",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_links",
        "INSERT INTO audit_pending VALUES (gen_random_uuid())",
    ],
)
async def test_the_trail_can_only_grow(app_role: asyncpg.Connection, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app_role.execute(statement)


@pytest.mark.parametrize(
    "table", ["units", "unit_versions", "persons", "appointments", "sessions", "signing_keys", "levels", "passkeys"]
)
async def test_the_service_deletes_no_record(app_role: asyncpg.Connection, table: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app_role.execute(f"DELETE FROM {table}")  # noqa: S608


async def test_the_database_itself_refuses_an_office_held_twice(app_role: asyncpg.Connection) -> None:
    statement = (
        "INSERT INTO appointments (id, person_id, office, unit_id, path, valid_from, version, made_at)"  # noqa: S608
        f" SELECT '{uuid4()}', person_id, office, unit_id, path, now(), 1, now() FROM appointments LIMIT 1"
    )
    with pytest.raises(asyncpg.ExclusionViolationError):
        await within(app_role, Scope.everything(), statement)


async def test_every_action_is_in_the_catalogue() -> None:
    from sangathan_contracts.offices import CATALOGUE  # noqa: PLC0415 - only here.

    declared = {
        operation["x-sangathan-action"]
        for item in SERVICE.app().openapi()["paths"].values()
        for operation in item.values()
    }
    assert [action for action in sorted(declared) if not CATALOGUE.knows(action)] == []
