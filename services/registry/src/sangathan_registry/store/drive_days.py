"""The statements that keep who was at work in a drive on which day: each person once at every level.

Such numbers do not add up, since somebody may work in two booths of a mandal on one day. So a row says that a person
worked at a unit on a day, and the fold counts it at each level above where it is the first.
"""

from collections.abc import Sequence
from typing import Final

from sangathan_chassis.connection import Connection

# By place in the table: nothing else changes such rows while the tree's lock is held, and no plan reads them all. Nor
# does any read those counted before, since each person's days are looked up: NOT EXISTS was taken for a join with all.
_FOLD: Final = """
WITH fresh AS (
    UPDATE drive_days SET counted = true
    WHERE ctid = ANY(ARRAY(SELECT ctid FROM drive_days WHERE NOT counted LIMIT 5000))
    RETURNING drive_id, day, person_id, path
), spread AS (
    SELECT DISTINCT drive_id, day, person_id, array_to_string(codes[1:depth], '.') || '.' AS path
    FROM (SELECT drive_id, day, person_id, string_to_array(rtrim(path, '.'), '.') AS codes FROM fresh) AS one,
        generate_series(1, cardinality(codes)) AS depth
), new AS (
    SELECT drive_id, path, day, count(*) AS active FROM spread s WHERE (
        SELECT true FROM drive_days o WHERE o.drive_id = s.drive_id AND o.day = s.day AND o.person_id = s.person_id
            AND o.counted AND o.path >= s.path AND o.path < rtrim(s.path, '.') || '/' LIMIT 1) IS NULL
    GROUP BY 1, 2, 3
), put AS (
    INSERT INTO drive_counts AS c (drive_id, path, day, target, collected, accepted, rejected, waiting, active)
    SELECT drive_id, path, day, 0, 0, 0, 0, 0, active FROM new ORDER BY drive_id, path, day
    ON CONFLICT (drive_id, path, day) DO UPDATE SET active = c.active + EXCLUDED.active
)
SELECT count(*) FROM fresh
"""
# Only the days on which the moved unit has numbers can have changed above it.
_AGAIN: Final = """
UPDATE drive_counts c SET active = (
    SELECT count(DISTINCT d.person_id) FROM drive_days d WHERE d.drive_id = c.drive_id AND d.day = c.day AND d.counted
        AND d.path >= c.path AND d.path < rtrim(c.path, '.') || '/')
FROM drive_counts m WHERE m.path = $1 AND m.active > 0 AND c.drive_id = m.drive_id AND c.day = m.day
    AND c.path = ANY($2)
"""


async def fold(connection: Connection) -> int:
    """Counts up to 5,000 rows that wait; gives how many. The caller holds the lock of the drives' numbers."""
    return int(await connection.fetchval(_FOLD))


async def count_again(connection: Connection, moved: str, paths: Sequence[str]) -> None:
    """Counts anew at these units, which a moved one stands above or stood, on the days on which it has any."""
    await connection.execute(_AGAIN, moved, list(paths))
