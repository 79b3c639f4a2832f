"""Reads and writes the ladder."""

from collections.abc import Sequence

from sangathan_chassis.database import Work
from sangathan_identity.domain.units import Level


async def codes(work: Work) -> set[str]:
    """The levels there are."""
    return {row["code"] for row in await work.raw.fetch("SELECT code FROM levels")}


async def levels_beneath_levels(work: Work) -> set[tuple[str, str]]:
    """Each pair of levels of which a unit of the second stands right beneath one of the first, in the scope."""
    rows = await work.raw.fetch(
        "SELECT DISTINCT p.level AS above, u.level AS below FROM units u JOIN units p ON p.id = u.parent_id"
    )
    return {(row["above"], row["below"]) for row in rows}


async def save(work: Work, ladder: Sequence[Level]) -> None:
    """Writes the whole ladder; ranks are unique at every moment, so the old ones make room first."""
    await work.raw.execute("UPDATE levels SET rank = rank + 1000")
    await work.raw.execute(
        "INSERT INTO levels (code, rank, name_hi, name_en)"
        " SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[])"
        " ON CONFLICT (code) DO UPDATE"
        " SET rank = EXCLUDED.rank, name_hi = EXCLUDED.name_hi, name_en = EXCLUDED.name_en",
        [level.code for level in ladder],
        list(range(1, len(ladder) + 1)),
        [level.names.hi for level in ladder],
        [level.names.en for level in ladder],
    )
