"""Workers by the beginning of a name, by phone, or both: ranges and equalities on indexes, nothing that leaks.

A Devanagari name is looked for among the keys by which lists are sorted, a Latin one among the English keys. LIKE and
other functions that are not leakproof would run after row-level security and so over the whole scope. The plan is made
for each search's own bounds: one for any bounds would look through a state's names for those of a booth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_registry.domain.name_key import prefix_range
from sangathan_registry.queries.list_workers import COLUMNS, Position

OWN_PLAN: Final = "SET LOCAL plan_cache_mode = force_custom_plan"
BY_HINDI: Final = "name_key"
BY_ENGLISH: Final = "name_key_en"


@dataclass(frozen=True, slots=True)
class SearchWorkers:
    """Name key and its column, blind index of the phone, or both; only workers on record."""

    scope: Scope
    limit: int
    name_key: str | None = None
    column: str = BY_HINDI
    phone_index: bytes | None = None
    captured_by: UUID | None = None
    after: Position | None = None


async def search_workers(connection: Connection, query: SearchWorkers) -> Sequence[asyncpg.Record]:
    """Up to ``limit`` rows and one more, in the order of the key, with the key as ``sort_key``."""
    sql, arguments = statement(query)
    await connection.execute(OWN_PLAN)
    return await connection.fetch(sql, *arguments)


def statement(query: SearchWorkers) -> tuple[str, list[object]]:
    """The SQL, put together from constants alone, and its arguments."""
    column = BY_ENGLISH if query.column == BY_ENGLISH else BY_HINDI
    arguments: list[object] = [query.scope.lo, query.scope.hi, query.limit + 1]
    conditions = ["path >= $1", "path < $2", "status = 'active'"]

    def where(condition: str, *values: object) -> None:
        places = [f"${len(arguments) + n}" for n in range(1, len(values) + 1)]
        conditions.append(condition.format(*places))
        arguments.extend(values)

    if query.name_key is not None:
        low, high = prefix_range(query.name_key)
        start = query.after.name_key if query.after else low
        where(f"{column} >= {{}} AND {column} < {{}}", start, high)
    if query.phone_index is not None:
        where("phone_index = {}", query.phone_index)
    if query.captured_by is not None:
        where("captured_by = {}", query.captured_by)
    if query.after is not None:
        path = query.scope.lo + query.after.below
        where(f"({column}, path, id) > ({{}}, {{}}, {{}})", query.after.name_key, path, query.after.id)
    sql = (
        f"SELECT {COLUMNS}, {column} AS sort_key FROM workers WHERE {' AND '.join(conditions)}"  # noqa: S608
        f" ORDER BY {column}, path, id LIMIT $3"
    )
    return sql, arguments
