"""The ladder as it is read."""

from collections.abc import Sequence

import msgspec

from sangathan_chassis.connection import Connection


class LevelView(msgspec.Struct, frozen=True):
    """A rung; rank 1 is the highest."""

    code: str
    rank: int
    name_hi: str
    name_en: str


async def list_levels(connection: Connection) -> Sequence[LevelView]:
    """Every level, the highest first."""
    rows = await connection.fetch("SELECT code, rank, name_hi, name_en FROM levels ORDER BY rank")
    return [LevelView(*row.values()) for row in rows]
