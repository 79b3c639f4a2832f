"""How many grievances of each unit are open, by the day in India on which they are due (decision 8).

By that day, since the clock alone makes one overdue, and no write: what was due before today is overdue, and of what is
due today the rows say it. Each write of a row adds its deltas by a trigger of the table, a unit's move included.
"""

from sangathan_chassis.database import Work
from sangathan_registry.store import turns

_FOLD_LOCK = 7_305_143
_AT_ONCE = 5_000
_FOLD = f"""
WITH taken AS (
    DELETE FROM grievance_deltas
    WHERE ctid = ANY(ARRAY(SELECT ctid FROM grievance_deltas ORDER BY id LIMIT {_AT_ONCE}))
    RETURNING path, due_on, delta
), per_unit AS (
    SELECT string_to_array(rtrim(path, '.'), '.') AS codes, due_on, sum(delta) AS n FROM taken GROUP BY path, due_on
), spread AS (
    SELECT array_to_string(codes[1:depth], '.') || '.' AS path, due_on, sum(n) AS n
    FROM per_unit, generate_series(1, cardinality(codes)) AS depth GROUP BY 1, 2
), put AS (
    INSERT INTO grievance_counts AS c (path, due_on, open) SELECT path, due_on, n FROM spread ORDER BY path, due_on
    ON CONFLICT (path, due_on) DO UPDATE SET open = c.open + EXCLUDED.open
)
SELECT count(*) FROM taken
"""  # noqa: S608 - constants of this module.
_NONE_LEFT = "DELETE FROM grievance_counts WHERE open = 0"


async def fold(work: Work) -> int:
    """Folds what waits, up to 5,000 rows; gives how many, or 0 when another process folds or the tree is moving."""
    if not await turns.mine(work.raw, _FOLD_LOCK):
        return 0
    folded = int(await work.raw.fetchval(_FOLD))
    if folded:
        await work.raw.execute(_NONE_LEFT)
    return folded
