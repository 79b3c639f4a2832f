"""Workers by the name of their unit and by the office that they hold, for a cross-check."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_registry.domain.name_key import prefix_range
from sangathan_registry.queries.list_workers import COLUMNS
from sangathan_registry.queries.search_workers import BY_ENGLISH, BY_HINDI

MOST_PLACES: Final = 20
_PLACES: Final = """
SELECT path FROM unit_replica WHERE path >= $1 AND path < $2 AND closed_at IS NULL
    AND (strpos(lower(name_en), lower($3)) > 0 OR strpos(name_hi, $3) > 0)
ORDER BY length(path), path LIMIT $4
"""
_HOLDERS: Final = """
SELECT DISTINCT a.person_id FROM appointment_replica a JOIN unit_replica u ON u.unit_id = a.unit_id
JOIN unnest($2::text[], $3::text[]) AS r (lo, hi) ON u.path >= r.lo AND u.path < r.hi
WHERE a.office = $1 AND a.valid_from <= $4 AND (a.valid_to IS NULL OR a.valid_to > $4) AND a.ended_at IS NULL
    AND a.delegated_from IS NULL
"""


@dataclass(frozen=True, slots=True)
class AtPlaces:
    """Workers at or below one of the places, or who hold the office there; narrowed by name, phone, or both."""

    places: Sequence[Scope]
    limit: int
    office: str | None = None
    name_key: str | None = None
    column: str = BY_HINDI
    phone_index: bytes | None = None


async def places_named(connection: Connection, scope: Scope, name: str) -> list[Scope]:
    """The units inside the scope whose name in either language holds these words, at most 20; none within another."""
    rows = await connection.fetch(_PLACES, scope.lo, scope.hi, name, MOST_PLACES)
    places: list[Scope] = []
    for row in rows:
        if not any(place.contains(row["path"]) for place in places):
            places.append(scope.narrowed(row["path"]))
    return places


async def people_at(connection: Connection, scope: Scope, query: AtPlaces, at: datetime) -> list[asyncpg.Record]:
    """Up to ``limit`` rows and one more, by unit and name.

    A holder is found wherever inside the scope they are on record, which need not be where they hold the office.
    """
    if query.office is not None:
        bounds = [place.lo for place in query.places], [place.hi for place in query.places]
        rows = await connection.fetch(_HOLDERS, query.office, *bounds, at)
        sql, arguments = _statement(scope, query, [row["person_id"] for row in rows])
        return list(await connection.fetch(sql, *arguments))
    found: list[asyncpg.Record] = []
    for place in query.places:
        sql, arguments = _statement(place, query, None)
        found += await connection.fetch(sql, *arguments)
        if len(found) > query.limit:
            break
    return found[: query.limit + 1]


def _statement(scope: Scope, query: AtPlaces, persons: Sequence[UUID] | None) -> tuple[str, list[object]]:
    """The SQL, put together from constants alone, and its arguments."""
    arguments: list[object] = [scope.lo, scope.hi, query.limit + 1]
    conditions = ["path >= $1", "path < $2", "status = 'active'"]

    def where(condition: str, *values: object) -> None:
        conditions.append(condition.format(*(f"${len(arguments) + n}" for n in range(1, len(values) + 1))))
        arguments.extend(values)

    if persons is not None:
        where("person_id = ANY({}::uuid[])", persons)
    if query.name_key is not None:
        low, high = prefix_range(query.name_key)
        column = BY_ENGLISH if query.column == BY_ENGLISH else BY_HINDI
        where(f"{column} >= {{}} AND {column} < {{}}", low, high)
    if query.phone_index is not None:
        where("phone_index = {}", query.phone_index)
    sql = f"SELECT {COLUMNS} FROM workers WHERE {' AND '.join(conditions)} ORDER BY path, name_key, id LIMIT $3"  # noqa: S608
    return sql, arguments
