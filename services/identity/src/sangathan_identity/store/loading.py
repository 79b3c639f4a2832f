"""The statements of the bulk load; each expects the scope of everything within the loader's transaction."""

import base64
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg

from sangathan_chassis.sealing import Sealer
from sangathan_identity.store import history
from sangathan_identity.store.factors import SECRET_PLACE
from sangathan_identity.store.persons import PHONE_PLACE

_E164: Final = re.compile(r"\+[1-9][0-9]{7,14}")
_PERSON_COLUMNS: Final = (
    *("id", "name_hi", "name_en", "phone_sealed", "phone_index", "password_hash", "version", "created_at"),
)
_STAGED_UNITS: Final = (
    "CREATE TEMP TABLE staged_units (id uuid, parent_id uuid, level text, code text, path text,"
    " name_hi text, name_en text) ON COMMIT DROP"
)
_STAGED_APPOINTMENTS: Final = (
    "CREATE TEMP TABLE staged_appointments (id uuid, person_id uuid, office text, unit_id uuid, path text,"
    " valid_from timestamptz, valid_to timestamptz, appointed_by uuid) ON COMMIT DROP"
)


async def has_units(connection: asyncpg.Connection) -> bool:
    """Whether there is a tree already."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM units)"))


def sealed_phone(phone: str, sealer: Sealer) -> tuple[bytes, bytes]:
    """The number sealed, and its blind index; raises ValueError unless it is E.164."""
    if not _E164.fullmatch(phone):
        msg = "a phone number of persons.csv is not in E.164"
        raise ValueError(msg)
    return sealer.seal(phone, place=PHONE_PLACE), sealer.index(phone, place=PHONE_PLACE)


def sealed_secret(secret: str, sealer: Sealer) -> bytes:
    """An authenticator's secret sealed; raises ValueError unless it is Base32."""
    base64.b32decode(secret)
    return sealer.seal(secret, place=SECRET_PLACE)


async def add_authenticators(
    connection: asyncpg.Connection, sealed: Iterable[tuple[UUID, bytes]], now: datetime
) -> None:
    """Adds authenticators that count from now on."""
    await connection.executemany(
        "INSERT INTO totp_secrets (person_id, secret_sealed, last_step, created_at, confirmed_at)"
        " VALUES ($1, $2, 0, $3, $3)",
        [(person_id, secret, now) for person_id, secret in sealed],
    )


async def copy_levels(connection: asyncpg.Connection, rows: Iterable[Mapping[str, str]]) -> None:
    """Adds the rungs of the ladder."""
    records = [(row["code"], int(row["rank"]), row["name_hi"], row["name_en"]) for row in rows]
    await connection.copy_records_to_table("levels", records=records, columns=("code", "rank", "name_hi", "name_en"))


async def copy_units(connection: asyncpg.Connection, file: Path) -> None:
    """Adds the units; the moment since when they are valid is settled by `copy_appointments`."""
    await connection.execute(_STAGED_UNITS)
    await _copy_file(connection, "staged_units", file)
    await connection.execute(
        "INSERT INTO units (id, parent_id, level, code, path, name_hi, name_en, version, valid_from)"
        " SELECT id, parent_id, level, code, path, name_hi, name_en, 1, now() FROM staged_units"
    )


async def copy_persons(connection: asyncpg.Connection, records: Iterable[tuple[Any, ...]]) -> None:
    """Adds people who can sign in; their numbers come sealed."""
    await connection.copy_records_to_table("persons", records=records, columns=_PERSON_COLUMNS)


async def copy_appointments(connection: asyncpg.Connection, file: Path, now: datetime) -> None:
    """Adds the appointments; a unit counts as there since the first office on record, or since now."""
    await connection.execute(_STAGED_APPOINTMENTS)
    await _copy_file(connection, "staged_appointments", file)
    await connection.execute(
        "INSERT INTO appointments"
        " (id, person_id, office, unit_id, path, valid_from, valid_to, appointed_by, version, made_at)"
        " SELECT s.id, s.person_id, s.office, s.unit_id, coalesce(u.path, s.path), s.valid_from, s.valid_to,"
        " s.appointed_by, 1, $1"
        " FROM staged_appointments s LEFT JOIN units u ON u.id = s.unit_id",
        now,
    )
    await connection.execute(
        "UPDATE units SET valid_from = (SELECT least(min(valid_from), now()) FROM staged_appointments)"
    )
    await history.begin(connection)


async def finish(connection: asyncpg.Connection) -> int:
    """Counts the load as one change of the tree and lets the planner know the tables; gives the tree's version."""
    version: int = await connection.fetchval("UPDATE tree_state SET version = version + 1 RETURNING version")
    await connection.execute("ANALYZE units, unit_versions, persons, appointments, levels")
    return version


async def _copy_file(connection: asyncpg.Connection, table: str, file: Path) -> None:
    await connection.copy_to_table(table, source=file, format="csv", header=True)
