"""Rows in every scoped table of a service, without knowing any of them: whatever has a path is filled at each place."""

from dataclasses import dataclass
from typing import Final

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_testkit.databases import DatabaseUrls

INSIDE: Final = "in.mp.d07.v1."
OUTSIDE: Final = ("in.mp.d08.v1.", "in.mp.", "in.mp.d070.v1.")
SCOPE: Final = "in.mp.d07."
OPEN: Final = {"unit_replica"}
"""The tree itself, which is no secret within the organisation: identity's own table of it is walled all the same."""

_WITH_PATH: Final = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'path' AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname
"""
_CHECKS: Final = """
SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint
WHERE contype IN ('c', 'x') AND connamespace = 'public'::regnamespace
"""
_COLUMNS: Final = """
SELECT column_name, data_type, udt_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' AND is_identity = 'NO'
ORDER BY ordinal_position
"""
_VALUES: Final = {
    "uuid": "gen_random_uuid()",
    "text": "left(gen_random_uuid()::text, 8)",
    "int2": "1",
    "int4": "(random() * 1e9)::int",
    "int8": "(random() * 1e9)::bigint",
    "bool": "false",
    "bytea": "decode(md5(random()::text), 'hex')",
    "jsonb": "'{}'::jsonb",
    "json": "'{}'::json",
    "date": "'2022-01-20'::date",
    "time": "'10:00'::time",
    "timestamptz": "now()",
    "float8": "0.0",
    "numeric": "0",
}


@dataclass(frozen=True, slots=True)
class Planted:
    """A database whose scoped tables have a row at each place."""

    urls: DatabaseUrls
    tables: tuple[str, ...]


async def scoped_tables(connection: Connection) -> tuple[str, ...]:
    """Every table with a path but the open ones; the catalogue says which, so that a new one is among them."""
    return tuple(row[0] for row in await connection.fetch(_WITH_PATH) if row[0] not in OPEN)


async def plant(urls: DatabaseUrls) -> Planted:
    """Fills them as the superuser, with what a column's type asks for; rules between columns are none of the wall's."""
    owner = await asyncpg.connect(urls.superuser)
    try:
        await owner.execute("SET session_replication_role = replica")
        for table, constraint in await owner.fetch(_CHECKS):
            await owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint} CASCADE")
        tables = await scoped_tables(owner)
        for table in tables:
            columns = [(name, data_type, udt) for name, data_type, udt in await owner.fetch(_COLUMNS, table)]
            for path in (INSIDE, *OUTSIDE):
                values = ", ".join(_value(name, data_type, udt, path) for name, data_type, udt in columns)
                names = ", ".join(f'"{name}"' for name, _, _ in columns)
                await owner.execute(f'INSERT INTO "{table}" ({names}) VALUES ({values})')  # noqa: S608 - a catalogue's.
        return Planted(urls, tables)
    finally:
        await owner.close()


async def places_of(connection: Connection, table: str) -> list[str]:
    """The columns that say where a row stands: its path, or those that it is drawn from."""
    rows = await connection.fetch(_COLUMNS, table)
    return [name for name, _, _ in rows if name == "path"] or [name for name, _, _ in rows if name.endswith("_path")]


def _value(name: str, data_type: str, udt: str, path: str) -> str:
    # A path may be generated from others, such as the lowest unit above two records.
    if name == "path" or name.endswith("_path"):
        return f"'{path}'"
    return "'{}'" if data_type == "ARRAY" else _VALUES[udt]
