"""What a device takes along to one booth."""

from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection

MOST_WORKERS = 500
_FORM = """
SELECT *, definition::text AS asked FROM forms WHERE form_id = $1 AND status = 'published' ORDER BY version DESC LIMIT 1
"""
_UNIT = "SELECT unit_id, path, name_hi, name_en FROM unit_replica WHERE unit_id = $1 AND path >= $2 AND path < $3"
_ABOVE = "SELECT unit_id FROM unit_replica WHERE starts_with($1, path) AND path <> $1 ORDER BY path"
_NEAR = """
SELECT id, name_hi, name_en, relation_name, phone, sealed FROM workers WHERE path = $1 AND status = 'active'
ORDER BY name_key, id LIMIT $2
"""


async def newest_form(connection: Connection, form_id: UUID | None) -> asyncpg.Record | None:
    """The newest published version, which new packs carry."""
    return await connection.fetchrow(_FORM, form_id)


async def booth(connection: Connection, unit_id: UUID, within: tuple[str, str]) -> asyncpg.Record | None:
    """The unit with its names, if it lies within the range."""
    return await connection.fetchrow(_UNIT, unit_id, *within)


async def units_above(connection: Connection, path: str) -> list[UUID]:
    """The units above, highest first; its constituency is among them."""
    return [row["unit_id"] for row in await connection.fetch(_ABOVE, path)]


async def short_list(connection: Connection, path: str) -> list[asyncpg.Record]:
    """Who is on record at the booth: names only, so that nobody is recorded twice."""
    return list(await connection.fetch(_NEAR, path, MOST_WORKERS))
