"""Counters: a write adds a row of its own, a job folds those rows into each unit and all above it.

A unit's number is at every moment what was folded plus what waits, read in one snapshot; no writer ever updates a row
that another writer needs, so that the state's counter is not where the whole drive queues up.
"""

from collections.abc import Mapping

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.scope import upper_bound
from sangathan_registry.domain.units_above import above
from sangathan_registry.store import turns

_FOLD_LOCK = 7_305_101
AT_ONCE = 5_000

_ANCESTORS = """
    SELECT array_to_string(codes[1:depth], '.') || '.' AS path, sum(n) AS n
    FROM (SELECT string_to_array(rtrim(path, '.'), '.') AS codes, n FROM per_unit) AS one,
        generate_series(1, cardinality(codes)) AS depth
    GROUP BY 1
"""
# Ordered, so that nothing but this job's own lock decides who waits for whom. By place in the table: a plan made while
# nothing waited would compare each row taken with each that waits, tens of thousands once a drive has begun.
_FOLD = f"""
WITH taken AS (
    DELETE FROM count_deltas WHERE ctid = ANY(ARRAY(SELECT ctid FROM count_deltas ORDER BY id LIMIT {AT_ONCE}))
    RETURNING path, delta
), per_unit AS (SELECT path, sum(delta) AS n FROM taken GROUP BY path), spread AS ({_ANCESTORS}), put AS (
    INSERT INTO unit_counts (path, workers) SELECT path, n FROM spread ORDER BY path
    ON CONFLICT (path) DO UPDATE SET workers = unit_counts.workers + EXCLUDED.workers
)
SELECT count(*) FROM taken
"""  # noqa: S608 - constants of this module.
RECOUNT = f"""
DELETE FROM count_deltas;
DELETE FROM unit_counts;
WITH per_unit AS (SELECT path, count(*) AS n FROM workers WHERE status = 'active' GROUP BY path)
INSERT INTO unit_counts (path, workers) {_ANCESTORS}
"""  # noqa: S608
"""Counts anew from the rows themselves; only while nobody writes."""


async def add_deltas(work: Work, per_path: Mapping[str, int]) -> None:
    """Says how many workers each unit has gained or lost by this work."""
    await work.raw.execute(
        "INSERT INTO count_deltas (path, delta) SELECT * FROM unnest($1::text[], $2::int[])",
        list(per_path.keys()),
        list(per_path.values()),
    )


async def fold(work: Work) -> int:
    """Folds what waits, up to 5,000 rows; gives how many, or 0 when another process folds or the tree is moving."""
    mine = await turns.mine(work.raw, _FOLD_LOCK)
    return int(await work.raw.fetchval(_FOLD)) if mine else 0


async def move(connection: Connection, old_path: str, new_path: str) -> None:
    """Takes a unit's folded number from those above its old place to those above its new one."""
    moved = await connection.fetchval("SELECT workers FROM unit_counts WHERE path = $1", old_path) or 0
    below = (old_path, upper_bound(old_path))
    await connection.execute(
        "UPDATE unit_counts SET path = $3 || substr(path, $4) WHERE path >= $1 AND path < $2",
        *below,
        new_path,
        len(old_path) + 1,
    )
    lost, gained = lost_and_gained(old_path, new_path)
    await connection.execute(
        "INSERT INTO unit_counts (path, workers) SELECT * FROM unnest($1::text[], $2::bigint[])"
        " ON CONFLICT (path) DO UPDATE SET workers = unit_counts.workers + EXCLUDED.workers",
        [*lost, *gained],
        [*[-moved] * len(lost), *[moved] * len(gained)],
    )


def lost_and_gained(old_path: str, new_path: str) -> tuple[list[str], list[str]]:
    """The units that lose a moved unit from beneath them, and those that gain it."""
    old, new = set(above(old_path)[:-1]), set(above(new_path)[:-1])
    return sorted(old - new), sorted(new - old)
