"""How many people of each unit have confirmed, are asked, or were not reached: kept by the writes (decision 8)."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.scope import upper_bound
from sangathan_registry.store import turns
from sangathan_registry.store.counts import lost_and_gained

_FOLD_LOCK = 7_305_140
_AT_ONCE = 5_000

DELTAS: Final = """
INSERT INTO confirmation_deltas (path, state, delta)
SELECT path, state, sum(n) FROM (
    SELECT path, before AS state, -1 AS n FROM changed WHERE before IS NOT NULL
    UNION ALL SELECT path, after, 1 FROM changed
) AS each GROUP BY path, state HAVING sum(n) <> 0
"""
"""Ends a statement whose ``changed`` gives path, state before (null for a new row) and state after."""

_ANCESTORS = """
    SELECT array_to_string(codes[1:depth], '.') || '.' AS path, state, sum(n) AS n
    FROM (SELECT string_to_array(rtrim(path, '.'), '.') AS codes, state, n FROM per_unit) AS one,
        generate_series(1, cardinality(codes)) AS depth
    GROUP BY 1, 2
"""
_FOLD = f"""
WITH taken AS (
    DELETE FROM confirmation_deltas
    WHERE ctid = ANY(ARRAY(SELECT ctid FROM confirmation_deltas ORDER BY id LIMIT {_AT_ONCE}))
    RETURNING path, state, delta
), per_unit AS (SELECT path, state, sum(delta) AS n FROM taken GROUP BY 1, 2), spread AS ({_ANCESTORS}), put AS (
    INSERT INTO confirmation_counts AS c (path, state, records) SELECT path, state, n FROM spread ORDER BY path, state
    ON CONFLICT (path, state) DO UPDATE SET records = c.records + EXCLUDED.records
)
SELECT count(*) FROM taken
"""  # noqa: S608 - constants of this module.
RECOUNT: Final = f"""
DELETE FROM confirmation_deltas;
DELETE FROM confirmation_counts;
WITH per_unit AS (SELECT path, state, count(*) AS n FROM confirmations GROUP BY 1, 2)
INSERT INTO confirmation_counts (path, state, records) {_ANCESTORS}
"""  # noqa: S608
"""Counts anew from the rows themselves; only while nobody writes."""
_REHOMED = """
INSERT INTO confirmation_deltas (path, state, delta)
SELECT place, state, (sign * count(*))::int
FROM confirmations, (VALUES ($1::text, -1), ($2::text, 1)) AS s (place, sign)
WHERE worker_id = ANY($3::uuid[]) AND path = $1 GROUP BY 1, 2, sign
"""


async def fold(work: Work) -> int:
    """Folds what waits, up to 5,000 rows; gives how many, or 0 when another process folds or the tree is moving."""
    mine = await turns.mine(work.raw, _FOLD_LOCK)
    return int(await work.raw.fetchval(_FOLD)) if mine else 0


async def rehome(work: Work, paths: tuple[str, str], worker_ids: Sequence[UUID]) -> None:
    """Records go from the first path to the second, and their numbers with them."""
    await work.raw.execute(_REHOMED, *paths, worker_ids)
    for table in ("confirmations", "text_messages", "renotices"):
        await work.raw.execute(
            f"UPDATE {table} SET path = $1 WHERE worker_id = ANY($2::uuid[])",  # noqa: S608 - constants.
            paths[1],
            worker_ids,
        )


async def move(connection: Connection, old_path: str, new_path: str) -> None:
    """Takes a unit's folded numbers from those above its old place to those above its new one."""
    lost, gained = lost_and_gained(old_path, new_path)
    await connection.execute(
        "INSERT INTO confirmation_counts AS c (path, state, records)"
        " SELECT a.path, m.state, a.n * m.records FROM confirmation_counts m,"
        " unnest($2::text[], $3::int[]) AS a (path, n) WHERE m.path = $1"
        " ON CONFLICT (path, state) DO UPDATE SET records = c.records + EXCLUDED.records",
        old_path,
        [*lost, *gained],
        [*[-1] * len(lost), *[1] * len(gained)],
    )
    await connection.execute(
        "UPDATE confirmation_counts SET path = $3 || substr(path, $4) WHERE path >= $1 AND path < $2",
        old_path,
        upper_bound(old_path),
        new_path,
        len(old_path) + 1,
    )
