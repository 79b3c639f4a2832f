"""The booths that sheets are printed for, with the names of the units above them."""

from collections.abc import Sequence

import asyncpg

from sangathan_chassis.connection import Connection

_BOOTHS = """
SELECT unit_id, path, code, name_hi, name_en FROM unit_replica
WHERE path >= $1 AND path < $2 AND path > $3 AND level = 'booth' AND closed_at IS NULL ORDER BY path LIMIT $4
"""
_NAMES = "SELECT path, name_hi, name_en FROM unit_replica WHERE path = ANY($1)"


async def booths(connection: Connection, within: tuple[str, str], after: str, limit: int) -> list[asyncpg.Record]:
    """Up to ``limit`` open booths in the range, and one more."""
    return list(await connection.fetch(_BOOTHS, *within, after, limit + 1))


async def names_above(connection: Connection, paths: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The names of all units above these, in Hindi and English, by path."""
    above = {path[: n + 1] for path in paths for n, letter in enumerate(path[:-1]) if letter == "."}
    rows = await connection.fetch(_NAMES, list(above))
    return {row["path"]: (row["name_hi"], row["name_en"]) for row in rows}
