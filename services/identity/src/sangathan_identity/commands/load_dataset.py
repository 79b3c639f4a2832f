"""Loads a whole tree with its people and appointments from CSV files, as the owner role, in one transaction.

COPY refuses a table under row-level security, whose FORCE binds the owner as well; so files are copied into staging
tables of this transaction, and go on from there through the second wall with the scope of everything.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from sangathan_chassis.outbox import Pending, write_outbox
from sangathan_chassis.scope import Scope, scope_statement
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.identity import TreeReloaded
from sangathan_identity.store import loading


@dataclass(frozen=True, slots=True)
class LoadDataset:
    """The owner's URL, and the directory with levels, units, persons and appointments."""

    url: str
    folder: Path


class Refused(Exception):  # noqa: N818 - an answer to the operator, not a fault.
    """Says why nothing was loaded."""


async def load_dataset(command: LoadDataset, sealer: Sealer) -> None:
    """Loads everything or nothing; raises Refused when there are units already or a file is wrong."""
    connection = await asyncpg.connect(command.url)
    try:
        async with connection.transaction():
            await _load(connection, command.folder, sealer)
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError, ValueError, KeyError, OSError) as error:
        msg = f"nothing was loaded: {type(error).__name__}: {error}"
        raise Refused(msg) from error
    finally:
        await connection.close()


async def _load(connection: asyncpg.Connection, folder: Path, sealer: Sealer) -> None:
    await connection.execute("SET LOCAL statement_timeout = 0")
    await connection.execute(scope_statement(Scope.everything()))
    if await loading.has_units(connection):
        msg = "nothing was loaded: this database has units already; load into an empty one"
        raise Refused(msg)
    now = datetime.now(UTC)
    await loading.copy_levels(connection, _rows(folder / "levels.csv"))
    await loading.copy_units(connection, folder / "units.csv")
    await loading.copy_persons(connection, _persons(folder / "persons.csv", sealer, now))
    await loading.add_authenticators(connection, _authenticators(folder / "persons.csv", sealer), now)
    await loading.copy_appointments(connection, folder / "appointments.csv", now)
    version = await loading.finish(connection)
    event = TreeReloaded(tree_version=version)
    await write_outbox(connection, [Pending.of(event, path="", at=now)])


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _persons(file: Path, sealer: Sealer, now: datetime) -> Iterable[tuple[Any, ...]]:
    """Rows with the phone sealed and indexed on the way, so that no plain number touches the disk of the database."""
    for row in _rows(file):
        sealed, index = loading.sealed_phone(row["phone"], sealer)
        yield (UUID(row["id"]), row["name_hi"], row["name_en"], sealed, index, row["password_hash"] or None, 1, now)


def _authenticators(file: Path, sealer: Sealer) -> list[tuple[UUID, bytes]]:
    """Secrets of those who bring an authenticator along, sealed on the way; the column may be missing."""
    rows = [(UUID(row["id"]), row.get("totp_secret")) for row in _rows(file)]
    return [(person_id, loading.sealed_secret(secret, sealer)) for person_id, secret in rows if secret]
