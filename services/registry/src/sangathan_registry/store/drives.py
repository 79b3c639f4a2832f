"""The statements of drives: what was captured, what a device says it holds, and the numbers per booth, day and level.

A write adds a row of its own to ``drive_deltas``; a job folds them into each unit and all above it (decision 8).
"""

from collections.abc import Sequence
from uuid import UUID

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_registry.domain.drive import NO_DAY
from sangathan_registry.store import drive_days, turns

_FOLD_LOCK = 7_305_102
_SERIAL_LOCK = 7_305_104
_NUMBERS = (
    *("target", "collected", "accepted", "rejected", "waiting", "flagged", "settled"),
    *("booths", "begun", "finished"),
)
_SUMS = ", ".join(f"sum({n}) AS {n}" for n in _NUMBERS)
_ADDED = ", ".join(f"{n} = c.{n} + EXCLUDED.{n}" for n in _NUMBERS)
_COLUMNS = ", ".join(("drive_id", "path", "day", *_NUMBERS))


def _only(number: str, by: int = 1) -> str:
    """The list of all numbers where one of them has changed."""
    return ", ".join(str(by) if one == number else "0" for one in _NUMBERS)


def _delta(*numbers: str) -> str:
    """The beginning of a statement that says by how much these numbers of a unit and day have changed."""
    return f"INSERT INTO drive_deltas (drive_id, path, day, {', '.join(numbers)})"


# A booth is begun on the day of its first record, which may come in later than others; it is finished once.
_FOLD = f"""
WITH taken AS (
    DELETE FROM drive_deltas WHERE ctid = ANY(ARRAY(SELECT ctid FROM drive_deltas ORDER BY id LIMIT 5000)) RETURNING *
), gained AS (
    SELECT drive_id, path, sum(accepted) AS n, min(day) AS first, max(day) AS last
    FROM taken WHERE accepted > 0 GROUP BY 1, 2
), booths_now AS (
    UPDATE drive_booths b SET accepted = b.accepted + g.n, begun_on = least(b.begun_on, g.first),
        finished_on = coalesce(b.finished_on, CASE WHEN b.target BETWEEN 1 AND b.accepted + g.n THEN g.last END)
    FROM gained g WHERE b.drive_id = g.drive_id AND b.path = g.path
    RETURNING new.drive_id, new.path, old.begun_on AS was_begun, new.begun_on, old.finished_on AS was_finished,
        new.finished_on
), changed AS (
    SELECT drive_id, path, day, {", ".join(_NUMBERS)} FROM taken
    UNION ALL SELECT drive_id, path, was_begun, {_only("begun", -1)} FROM booths_now WHERE begun_on <> was_begun
    UNION ALL SELECT drive_id, path, begun_on, {_only("begun")} FROM booths_now
        WHERE begun_on IS DISTINCT FROM was_begun
    UNION ALL SELECT drive_id, path, finished_on, {_only("finished")} FROM booths_now
        WHERE finished_on IS DISTINCT FROM was_finished
), per_unit AS (
    SELECT drive_id, string_to_array(rtrim(path, '.'), '.') AS codes, day, {_SUMS} FROM changed GROUP BY 1, 2, 3
), spread AS (
    SELECT drive_id, array_to_string(codes[1:depth], '.') || '.' AS path, day, {_SUMS}
    FROM per_unit, generate_series(1, cardinality(codes)) AS depth GROUP BY 1, 2, 3
), put AS (
    INSERT INTO drive_counts AS c ({_COLUMNS}) SELECT {_COLUMNS} FROM spread ORDER BY drive_id, path, day
    ON CONFLICT (drive_id, path, day) DO UPDATE SET {_ADDED}
)
SELECT count(*) FROM taken
"""  # noqa: S608 - constants of this module.
# Two clerks who key one paper at the same moment are served one after the other, in one order of serials for all.
_SERIALS_HELD = """
SELECT pg_advisory_xact_lock(hashtextextended(serial, $2))
FROM (SELECT DISTINCT s AS serial FROM unnest($1::text[]) AS s ORDER BY 1) AS ordered
"""
_BOOTHS = f"""
WITH booths AS (
    INSERT INTO drive_booths (drive_id, unit_id, path, target)
    SELECT $1, unit_id, path, $3 FROM unit_replica
    WHERE path >= $4 AND path < $5 AND level = 'booth' AND closed_at IS NULL RETURNING path, target
)
{_delta("target", "booths")} SELECT $1, path, $2, target, 1 FROM booths
"""  # noqa: S608
# A unit that moved takes its numbers from those above its old place to those above its new one.
_CARRY = f"""
INSERT INTO drive_counts AS c ({_COLUMNS})
SELECT drive_id, a.path, day, {", ".join(f"a.n * {n}" for n in _NUMBERS)}
FROM drive_counts m, unnest($2::text[], $3::int[]) AS a (path, n) WHERE m.path = $1
ON CONFLICT (drive_id, path, day) DO UPDATE SET {_ADDED}
"""  # noqa: S608
RECOUNT = f"""
DELETE FROM drive_deltas;
DELETE FROM drive_counts;
DELETE FROM drive_days;
INSERT INTO drive_days (drive_id, day, person_id, unit_id, path)
SELECT DISTINCT drive_id, (captured_at AT TIME ZONE 'Asia/Kolkata')::date, captured_by, unit_id, path FROM captures;
UPDATE drive_booths SET accepted = 0, begun_on = NULL, finished_on = NULL WHERE accepted > 0;
{_delta("target", "booths")} SELECT drive_id, path, '-infinity', target, 1 FROM drive_booths;
{_delta("collected")} SELECT drive_id, path, '-infinity', greatest(reported, received) FROM device_tallies;
{_delta("accepted")} SELECT drive_id, path, (captured_at AT TIME ZONE 'Asia/Kolkata')::date, 1 FROM captures;
{_delta("rejected", "waiting")}
SELECT drive_id, path, (received_at AT TIME ZONE 'Asia/Kolkata')::date, (outcome = 'rejected')::int,
    (outcome <> 'rejected')::int
FROM rejected_records WHERE drive_id IS NOT NULL;
{_delta("flagged", "settled")}
SELECT drive_id, path, day, 1, (finding IS NOT NULL AND finding <> 'look-into-it')::int FROM drive_flags
"""  # noqa: S608
"""Takes the numbers anew from the rows themselves; only while nobody writes."""


async def used_serials(work: Work, drive_id: UUID, serials: Sequence[str]) -> dict[tuple[UUID, str], UUID]:
    """Which record each serial on paper was keyed for, by booth; nobody else keys these until this work ends."""
    await work.raw.execute(_SERIALS_HELD, serials, _SERIAL_LOCK)
    rows = await work.raw.fetch(
        "SELECT unit_id, serial, record_id FROM captures WHERE drive_id = $1 AND serial = ANY($2)"
        " AND path >= $3 AND path < $4",
        drive_id,
        serials,
        work.scope.lo,
        work.scope.hi,
    )
    return {(row["unit_id"], row["serial"]): row["record_id"] for row in rows}


async def cover_booths(work: Work, drive_id: UUID, target: int, within: tuple[str, str]) -> None:
    """Sets the target of every open booth in the range."""
    await work.raw.execute(_BOOTHS, drive_id, NO_DAY, target, *within)


async def fold(work: Work) -> int:
    """Folds what waits, up to 5,000 rows; gives how many, or 0 when another process folds or the tree is moving."""
    mine = await turns.mine(work.raw, _FOLD_LOCK)
    if not mine:
        return 0
    days = await drive_days.fold(work.raw)
    return days + int(await work.raw.fetchval(_FOLD))


async def carry(connection: Connection, new_path: str, lost: Sequence[str], gained: Sequence[str]) -> None:
    """Takes a moved unit's folded numbers, already under its new path, along to those above it."""
    signs = [-1] * len(lost) + [1] * len(gained)
    await connection.execute(_CARRY, new_path, [*lost, *gained], signs)
    await drive_days.count_again(connection, new_path, [*lost, *gained])
