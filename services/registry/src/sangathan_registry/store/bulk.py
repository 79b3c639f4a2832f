"""Loads workers in bulk by COPY, as the owner role: only into a registry that holds nobody yet.

Everything is one transaction. Within it row-level security does not bind the owner, since COPY refuses to run against
it, and the indexes are made after the rows; both are as before when it commits, and when it does not.
"""

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.name_key import keys_of
from sangathan_registry.store import counts
from sangathan_registry.store.sealed import phone_index
from sangathan_registry.store.sealed_particulars import SealedFields, seal_fields

NULL: Final = r"\N"
COLUMNS: Final = (
    *("id", "unit_id", "path", "name_key", "name_key_en", "name_hi", "name_en", "relation_type"),
    *("gender", "birth_year", "sealed", "phone_index", "person_id", "captured_at"),
    *("source", "status", "version", "created_at", "changed_at"),
)
_ESCAPED: Final = re.compile(r"[\\\t\n\r]")
# The hash is that of `Consent.artefact_hash`, which a test holds against this.
_CONSENTS: Final = """
INSERT INTO consents (worker_id, purpose, path, notice_version, language, how, given_at, hash)
SELECT id, 'membership', path, '1', 'hi', 'imported', captured_at,
    sha256(convert_to(concat_ws(E'\\n', id::text, 'membership', '1', 'hi', 'imported',
        to_char(captured_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'), ''), 'UTF8'))
FROM workers
"""
_TABLES: Final = ("workers", "consents", "assignments", "unit_counts", "count_deltas", "worker_keys")


async def is_empty(connection: asyncpg.Connection) -> bool:
    """Whether the registry holds nobody yet; call it after `open_wall`."""
    return not await connection.fetchval("SELECT EXISTS (SELECT FROM workers)")


async def open_wall(connection: asyncpg.Connection) -> None:
    """Lets the owner past row-level security until `close_wall`, within this transaction."""
    for table in _TABLES:
        await connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")


async def close_wall(connection: asyncpg.Connection) -> None:
    """Binds the owner again."""
    for table in _TABLES:
        await connection.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


async def drop_indexes(connection: asyncpg.Connection) -> list[str]:
    """Drops the indexes of workers and their keys but the primary ones; gives the statements that make them again."""
    rows = await connection.fetch(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
        " AND tablename IN ('workers', 'worker_keys') AND indexname NOT IN ('workers_pkey', 'worker_keys_pkey')"
    )
    for row in rows:
        await connection.execute(f'DROP INDEX "{row["indexname"]}"')
    return [row["indexdef"] for row in rows]


def worker_line(sealer: Sealer, row: Sequence[str], now: str) -> str:
    """One line of COPY text for a row of workers.csv, what is sealed sealed on the way."""
    worker_id, unit_id, path, name_hi, name_en, relation_type, relation_name, *more = row
    gender, year, phone, person, given, address, pin = more
    fields = SealedFields(
        phone=phone or None, relation_name=relation_name or None, address=address or None, pin=pin or None
    )
    sealed = seal_fields(sealer, UUID(worker_id), fields)
    cells = (
        worker_id,
        unit_id,
        path,
        *keys_of(name_hi, name_en),
        name_hi or NULL,
        name_en or NULL,
        relation_type or NULL,
        gender or NULL,
        year,
        rf"\\x{sealed.hex()}" if sealed else NULL,
        rf"\\x{phone_index(sealer, phone).hex()}" if phone else NULL,
        person or NULL,
        given,
        "import\tactive\t1",
        now,
        now,
    )
    return "\t".join(cells)


def is_plain(row: Iterable[str]) -> bool:
    """Whether nothing in the row would have to be escaped in COPY text, as nothing in a name ever has."""
    return _ESCAPED.search("".join(row)) is None


async def copy_workers(connection: asyncpg.Connection, chunks: AsyncIterator[bytes]) -> None:
    """Copies lines of `worker_line` in."""
    await connection.copy_to_table("workers", source=chunks, columns=COLUMNS, format="text")


async def copy_assignments(connection: asyncpg.Connection, rows: Iterable[tuple[object, ...]]) -> None:
    """Copies assignments in."""
    columns = ("id", "appointment_id", "person_id", "unit_id", "path", "valid_from", "valid_to", "created_at")
    await connection.copy_records_to_table("assignments", records=rows, columns=columns)


async def copy_keys(connection: asyncpg.Connection, rows: Iterable[tuple[str, str, str, int]]) -> None:
    """Copies the keys of names in: key, worker, path and year of birth."""
    await connection.copy_records_to_table(
        "worker_keys", records=rows, columns=("key", "worker_id", "path", "birth_year")
    )


async def finish(connection: asyncpg.Connection, indexes: Iterable[str]) -> None:
    """Makes consents, indexes and counters for what was copied."""
    await connection.execute(_CONSENTS)
    # Whoever was loaded is told of the notice, even if there was nobody to tell before.
    await connection.execute("DELETE FROM notice_sweeps")
    for statement in indexes:
        await connection.execute(statement)
    await connection.execute(counts.RECOUNT)


async def analyze(connection: asyncpg.Connection) -> None:
    """Lets the planner know what there is now."""
    await connection.execute(f"VACUUM (ANALYZE) {', '.join(_TABLES)}")
