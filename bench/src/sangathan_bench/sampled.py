"""Whom the benchmarks of sight look for: at each level, workers spread over the unit, and the middle of its list."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import asyncpg

from sangathan_bench.stage import Stage
from sangathan_chassis.scope import upper_bound
from sangathan_demo.truth import LevelTruth

# By their ids alone, which fall everywhere: the same workers each time, and no corner of the unit left out.
_PEOPLE = """
SELECT name_hi, name_en, encode(phone_index, 'hex') AS phone_index FROM workers
WHERE path >= $1 AND path < $2 AND status = 'active' ORDER BY hashtextextended(id::text, 0) LIMIT $3
"""
_MIDDLE = """
SELECT path, name_key, id::text FROM workers WHERE path >= $1 AND path < $2 AND status = 'active'
ORDER BY path, name_key, id OFFSET $3 LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on record, as somebody who looks for them knows them."""

    name_hi: str
    name_en: str
    phone_index: str

    def beginnings(self) -> dict[str, str]:
        """What is typed: the first name in Hindi, three letters of it in English, and the whole name in English."""
        return {
            "hindi": self.name_hi.split()[0],
            "letters": self.name_en[:3],
            "english": self.name_en,
        }

    def misspelt(self) -> str:
        """The whole name in English with its vowels and semivowels as others would write them."""
        once = self.name_en.lower().replace("ee", "i").replace("oo", "u")
        return once.replace("i", "ee").replace("u", "oo").replace("v", "w")


@dataclass(frozen=True, slots=True)
class Sample:
    """One level's unit, some of its people, and the row in the middle of its list."""

    level: str
    unit_id: str
    path: str
    people: tuple[Person, ...]
    middle: tuple[str, str, str]

    def told(self) -> dict[str, Any]:
        """The same for another process, with what is looked for put into words."""
        people = [
            {**asdict(one), "beginnings": list(one.beginnings().values()), "misspelt": one.misspelt()}
            for one in self.people
        ]
        return {**asdict(self), "people": people}


async def samples(stage: Stage, levels: Iterable[LevelTruth], most: int) -> list[Sample]:
    """A sample of up to so many people for each level, asked of PostgreSQL itself."""
    connection = await asyncpg.connect(stage.admin_url("registry"))
    try:
        return [await _sample(connection, level, most) for level in levels]
    finally:
        await connection.close()


async def _sample(connection: asyncpg.Connection, level: LevelTruth, most: int) -> Sample:
    path = level.unit.path
    bounds = (path, upper_bound(path))
    people = await connection.fetch(_PEOPLE, *bounds, most)
    (middle,) = await connection.fetch(_MIDDLE, *bounds, level.unit.workers // 2)
    return Sample(
        level.level,
        level.unit.unit_id,
        path,
        tuple(Person(**dict(row)) for row in people),
        (middle["path"], middle["name_key"], middle["id"]),
    )
