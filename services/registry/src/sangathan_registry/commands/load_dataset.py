"""Loads a data set's workers and assignments into an empty registry; all of it or nothing.

Reading, sealing and normalising take one core while PostgreSQL takes the other. ``progress <done> <total>`` lines on
standard error tell whoever started it how far it is.
"""

import csv
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

import asyncpg

from sangathan_chassis.assertion import KeyFile
from sangathan_chassis.sealing import Sealer
from sangathan_chassis.settings import read_settings
from sangathan_names.sounds import name_keys
from sangathan_registry.domain.age import is_adult
from sangathan_registry.settings import LoadSettings
from sangathan_registry.store import bulk

_CHUNK = 2_000
WORKER_HEADER = [
    *("id", "unit_id", "path", "name_hi", "name_en", "relation_type", "relation_name"),
    *("gender", "birth_year", "phone", "person_id", "consent_given_at", "address", "pin"),
]

_BORN, _GIVEN = WORKER_HEADER.index("birth_year"), WORKER_HEADER.index("consent_given_at")


async def load(url: str, folder: Path) -> None:
    """Loads the folder's files as the owner role; raises SystemExit saying why when nothing could be loaded."""
    settings: LoadSettings = read_settings(LoadSettings)
    await load_dataset(url, folder, Sealer(KeyFile(settings.seal_key_file)))


async def load_dataset(url: str, folder: Path, sealer: Sealer) -> None:
    """Loads ``workers.csv`` and, if there is one, ``assignments.csv``."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await _load(connection, folder, sealer)
        await bulk.analyze(connection)
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError, ValueError, OSError) as error:
        msg = f"nothing was loaded: {type(error).__name__}"
        raise SystemExit(msg) from error
    finally:
        await connection.close()


async def _load(connection: asyncpg.Connection, folder: Path, sealer: Sealer) -> None:
    await connection.execute(
        "SET LOCAL statement_timeout = 0; SET LOCAL synchronous_commit = off; SET LOCAL maintenance_work_mem = '256MB'"
    )
    await bulk.open_wall(connection)
    if not await bulk.is_empty(connection):
        msg = "nothing was loaded: this registry holds workers already; load into an empty one"
        raise SystemExit(msg)
    now = datetime.now(UTC)
    indexes = await bulk.drop_indexes(connection)
    await bulk.copy_workers(connection, _worker_chunks(folder / "workers.csv", sealer, now.isoformat()))
    await bulk.copy_keys(connection, _keys(folder / "workers.csv"))
    if (folder / "assignments.csv").exists():
        await bulk.copy_assignments(connection, _assignments(folder / "assignments.csv", now))
    await bulk.finish(connection, indexes)
    await bulk.close_wall(connection)


async def _worker_chunks(file: Path, sealer: Sealer, now: str) -> AsyncIterator[bytes]:
    total = _lines(file) - 1
    done = 0
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        if next(rows) != WORKER_HEADER:
            msg = f"{file.name} must begin with the columns {','.join(WORKER_HEADER)}"
            raise ValueError(msg)
        while chunk := list(islice(rows, _CHUNK)):
            if not all(map(bulk.is_plain, chunk)):
                msg = f"{file.name} has a tab, a line end or a backslash within a field"
                raise ValueError(msg)
            if not all(is_adult(int(row[_BORN]), datetime.fromisoformat(row[_GIVEN])) for row in chunk):
                msg = f"{file.name} has somebody who was not certainly 18 when they agreed"
                raise ValueError(msg)
            yield "".join(bulk.worker_line(sealer, row, now) + "\n" for row in chunk).encode()
            done += len(chunk)
            print(f"progress {done} {total}", file=sys.stderr, flush=True)  # noqa: T201 - the caller reads it.


def _keys(file: Path) -> Iterator[tuple[str, str, str, int]]:
    """What the names are found by; a data set's records are not compared with each other."""
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for key in name_keys(row["name_hi"], row["name_en"]):
                yield key, row["id"], row["path"], int(row["birth_year"])


def _lines(file: Path) -> int:
    with file.open("rb") as raw:
        return sum(block.count(b"\n") for block in iter(lambda: raw.read(1 << 20), b""))


def _assignments(file: Path, now: datetime) -> Iterator[tuple[object, ...]]:
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield (
                UUID(row["id"]),
                UUID(row["appointment_id"]),
                UUID(row["person_id"]),
                UUID(row["unit_id"]),
                row["path"],
                datetime.fromisoformat(row["valid_from"]),
                datetime.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                now,
            )
