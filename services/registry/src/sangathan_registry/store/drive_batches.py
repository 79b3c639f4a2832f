"""What a batch brings to its drive, in one statement: each further one would cost as much as a record or two."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_registry.domain.drive import NO_DAY, Tally
from sangathan_registry.domain.fences import Fence
from sangathan_registry.domain.worker import Enrolment
from sangathan_registry.store.fences import fence_of

# A day that is there already is looked for first: to find it by its conflict would wait for the fold, which marks it. A
# device is never credited with fewer records than came from it.
_BRING: Final = """
WITH captured AS (
    INSERT INTO captures (record_id, unit_id, path, form_version_id, serial, sealed, located, captured_at, drive_id,
        captured_by, keyed_by, received_at)
    SELECT s.*, $1, $2, $3, $4 FROM unnest($5::uuid[], $6::uuid[], $7::text[], $8::uuid[], $9::text[], $10::bytea[],
        $11::bool[], $12::timestamptz[]) AS s
), queued AS (
    INSERT INTO drive_flag_queue (drive_id, vistarak_id, device_id, record_ids, spots)
    SELECT $1, CASE WHEN $3::uuid IS NULL THEN $2::uuid END, $13::uuid, $5, $14::bytea[] WHERE cardinality($5) > 0
), days AS (
    INSERT INTO drive_days (drive_id, person_id, day, unit_id, path)
    SELECT $1, $2, s.* FROM unnest($15::date[], $16::uuid[], $17::text[]) AS s (day, unit_id, path)
    WHERE NOT EXISTS (
        SELECT FROM drive_days d
        WHERE d.drive_id = $1 AND d.day = s.day AND d.person_id = $2 AND d.unit_id = s.unit_id
    ) ORDER BY 3, 4 ON CONFLICT DO NOTHING
), tallied AS (
    INSERT INTO device_tallies AS t (drive_id, device_id, unit_id, path, reported, received)
    SELECT $1, coalesce($13, $18), s.* FROM unnest($19::uuid[], $20::text[], $21::int[], $22::int[]) AS s
    ON CONFLICT (drive_id, device_id, unit_id) DO UPDATE
        SET reported = greatest(t.reported, EXCLUDED.reported), received = t.received + EXCLUDED.received
    RETURNING new.path, greatest(new.reported, new.received)
        - coalesce(greatest(old.reported, old.received), 0) AS gained
), counted AS (
    INSERT INTO drive_deltas (drive_id, path, day, collected, accepted, rejected, waiting)
    SELECT $1, s.path, s.day, 0, s.accepted, s.rejected, s.waiting
    FROM unnest($23::text[], $24::date[], $25::int[], $26::int[], $27::int[])
        AS s (path, day, accepted, rejected, waiting)
    UNION ALL SELECT $1, path, $28, gained, 0, 0, 0 FROM tallied WHERE gained <> 0
)
SELECT unit_id, latitude, longitude, radius_m, ring FROM unit_fences WHERE unit_id = ANY($16)
"""


@dataclass(frozen=True, slots=True)
class Capture:
    """Answers and evidence of a record just put on record; ``located`` says whether a place is among what is sealed."""

    record: Enrolment
    form_version_id: UUID | None
    serial: str | None
    sealed: bytes | None
    located: bool
    spot: bytes | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who captured what a batch brought and with what; ``clerk_id`` is who keyed it, and ``sent_by`` who sent it."""

    vistarak_id: UUID
    device_id: UUID | None
    clerk_id: UUID | None
    sent_by: UUID


@dataclass(frozen=True, slots=True)
class DriveBatch:
    """What it brings: captures, the days with unit and path on which they were taken, what a device says it holds.

    ``booths`` gives for each unit its path, how many records the device has collected, and how many came; ``tallies``
    by how much the numbers of each path and day change.
    """

    drive_id: UUID
    by: Bearer
    captures: Sequence[Capture] = ()
    days: Iterable[tuple[date, UUID, str]] = ()
    booths: Mapping[UUID, tuple[str, int, int]] = field(default_factory=dict)
    tallies: Mapping[tuple[str, date], Tally] = field(default_factory=dict)


async def bring(work: Work, batch: DriveBatch) -> dict[UUID, Fence]:
    """Writes it, leaves the records to the job that flags, and gives the fences of the units that it is about."""
    by = batch.by
    spots = [one.spot for one in batch.captures]
    rows = await work.raw.fetch(
        _BRING,
        *(batch.drive_id, by.vistarak_id, by.clerk_id, work.now),
        *_columns(8, map(_capture, batch.captures)),
        *(by.device_id, spots if any(spots) else None),
        *_columns(3, batch.days),
        by.sent_by,
        *_columns(4, ((unit_id, *batch.booths[unit_id]) for unit_id in sorted(batch.booths))),
        *_columns(5, _changed(batch.tallies)),
        NO_DAY,
    )
    return {row["unit_id"]: fence_of(row) for row in rows}


def _capture(one: Capture) -> tuple[object, ...]:
    record, place = one.record, one.record.place
    evidence = (one.form_version_id, one.serial, one.sealed, one.located)
    return (record.id, place.unit_id, place.path, *evidence, record.captured_at)


def _changed(tallies: Mapping[tuple[str, date], Tally]) -> Iterable[tuple[object, ...]]:
    for (path, day), one in tallies.items():
        if one.accepted or one.rejected or one.waiting:
            yield path, day, one.accepted, one.rejected, one.waiting


def _columns(many: int, rows: Iterable[tuple[object, ...]]) -> list[list[object]]:
    """The rows as so many columns, of which there are as many when there is no row."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(many)]
