"""The statements of flags: what is flagged with its numbers, and what people decide.

A flag adds to the drive's numbers in the statement that makes it, so that none is ever counted twice or not at all.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Work
from sangathan_registry.domain.flags import Finding, Flag

OPEN: Final = "(finding IS NULL OR finding = 'look-into-it')"
_COLUMNS: Final = "rule, about, subject_id, slot, record_id, unit_id, path, day, seen, allowed"
# A flag that was raised before stays, wherever it stands; with ``grow``, it takes in how many there are by now.
_PUT: Final = """
WITH {ctes}, put AS (
    INSERT INTO drive_flags AS f (id, drive_id, {columns}, found_at) SELECT uuidv7(), drive_id, {columns}, $1 FROM found
    ON CONFLICT (drive_id, rule, subject_id, slot) {conflict}
    RETURNING new.drive_id, new.path, new.day, old.id IS NULL AS fresh
)
INSERT INTO drive_deltas (drive_id, path, day, flagged)
SELECT drive_id, path, day, count(*) FROM put WHERE fresh GROUP BY 1, 2, 3
"""
_KEEP: Final = "DO NOTHING"
_GROW: Final = "DO UPDATE SET seen = EXCLUDED.seen WHERE f.seen < EXCLUDED.seen"
_GIVEN: Final = """
found AS (SELECT $2::uuid AS drive_id, s.* FROM unnest($3::text[], $4::text[], $5::uuid[], $6::timestamptz[],
    $7::uuid[], $8::uuid[], $9::text[], $10::date[], $11::int[], $12::int[])
    AS s (rule, about, subject_id, slot, record_id, unit_id, path, day, seen, allowed))
"""
_DECIDE: Final = f"""
WITH decided AS (
    UPDATE drive_flags SET finding = $2, reason = $3, decided_by = $4, decided_at = $5
    WHERE id = $1 AND path >= $6 AND path < $7 AND {OPEN} RETURNING *
), counted AS (
    INSERT INTO drive_deltas (drive_id, path, day, settled)
    SELECT drive_id, path, day, 1 FROM decided WHERE finding <> 'look-into-it'
)
SELECT * FROM decided
"""  # noqa: S608 - constants of this module.


def put(ctes: str, *, grow: bool) -> str:
    """A statement that flags what the last of the table expressions, ``found``, says; $1 is the time."""
    return _PUT.format(ctes=ctes, columns=_COLUMNS, conflict=_GROW if grow else _KEEP)


_PUT_GIVEN: Final = put(_GIVEN, grow=False)


async def keep(work: Work, drive_id: UUID, flags: Sequence[tuple[Flag, datetime]]) -> None:
    """Flags these, each within its slot, as far as they were not flagged before."""
    rows = [
        (f.rule, f.about, f.subject_id, slot, f.record_id, f.unit_id, f.path, f.day, f.seen, f.allowed)
        for f, slot in flags
    ]
    if rows:
        await work.raw.execute(_PUT_GIVEN, work.now, drive_id, *map(list, zip(*rows, strict=True)))


async def decide(work: Work, flag_id: UUID, found: tuple[Finding, str], by: UUID) -> asyncpg.Record | None:
    """Decides an open flag by a finding and its reason; gives it as it is then, or None when it is not open."""
    return await work.raw.fetchrow(_DECIDE, flag_id, *found, by, work.now, work.scope.lo, work.scope.hi)


async def lock(work: Work, flag_id: UUID) -> asyncpg.Record | None:
    """The flag, locked; None outside the scope."""
    return await work.raw.fetchrow(
        "SELECT * FROM drive_flags WHERE id = $1 AND path >= $2 AND path < $3 FOR UPDATE",
        flag_id,
        work.scope.lo,
        work.scope.hi,
    )
