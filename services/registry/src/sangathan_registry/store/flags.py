"""The statements of flags: what is flagged with its numbers, and what people decide.

A flag adds to the drive's numbers in the statement that makes it, so that none is ever counted twice or not at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Work
from sangathan_registry.domain.fences import Fence
from sangathan_registry.domain.flags import Finding, Flag
from sangathan_registry.store.fences import fence_of

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
# A day that is there already is looked for first: to find it by its conflict would wait for the fold, which marks it.
_BROUGHT: Final = """
WITH queued AS (
    INSERT INTO drive_flag_queue (drive_id, vistarak_id, device_id, record_ids, spots) VALUES ($1, $2, $3, $4, $5)
), days AS (
    INSERT INTO drive_days (drive_id, person_id, day, unit_id, path)
    SELECT $1, $6, s.* FROM unnest($7::date[], $8::uuid[], $9::text[]) AS s (day, unit_id, path)
    WHERE NOT EXISTS (
        SELECT FROM drive_days d
        WHERE d.drive_id = $1 AND d.day = s.day AND d.person_id = $6 AND d.unit_id = s.unit_id
    ) ORDER BY 3, 4 ON CONFLICT DO NOTHING
)
SELECT unit_id, latitude, longitude, radius_m, ring FROM unit_fences WHERE unit_id = ANY($8)
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


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who captured what a batch brought, and with what; what is keyed from paper is held against nobody's pace."""

    vistarak_id: UUID
    device_id: UUID | None
    on_paper: bool

    @property
    def paced_id(self) -> UUID | None:
        """Whose pace it counts towards."""
        return None if self.on_paper else self.vistarak_id


async def bring(
    work: Work,
    drive_id: UUID,
    by: Bearer,
    *,
    records: Mapping[UUID, bytes | None],
    days: Iterable[tuple[date, UUID, str]],
) -> dict[UUID, Fence]:
    """Leaves what a batch brought to the job, notes who worked when and where, and gives the units' fences, in one go.

    ``records`` are the ids with their spots, ``days`` each day with a unit and its path.
    """
    spots = list(records.values()) if any(records.values()) else None
    columns = list(map(list, zip(*days, strict=True)))
    rows = await work.raw.fetch(
        _BROUGHT, drive_id, by.paced_id, by.device_id, list(records), spots, by.vistarak_id, *columns
    )
    return {row["unit_id"]: fence_of(row) for row in rows}


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
