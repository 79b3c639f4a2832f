"""The statements that write workers and their consents; those for many rows are one ``unnest`` each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import col, select

from sangathan_chassis.database import Work
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.name_key import keys_of
from sangathan_registry.domain.particulars import Particulars
from sangathan_registry.domain.revisions import Author
from sangathan_registry.domain.worker import Enrolment, Source, Status, UnitId, Worker, WorkerId
from sangathan_registry.store import confirmations, keys, renotices, revisions
from sangathan_registry.store.sealed_particulars import COLUMNS as SEALED_COLUMNS
from sangathan_registry.store.sealed_particulars import index_of_phone, open_row, seal_particulars
from sangathan_registry.store.tables import ConsentRow, WorkerRow

# One statement for workers, their consents, and the receipts of a synced batch. A record whose id is there already is
# passed over, be it visible or not.
_ENROL = """
WITH sent AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::int[], $11::bytea[], $12::bytea[], $13::timestamptz[], $14::text[], $15::text[], $16::text[],
        $17::text[], $18::timestamptz[], $19::bytea[], $20::bytea[])
    AS s (id, unit_id, path, name_key, name_key_en, name_hi, name_en, relation_type, gender, birth_year, sealed,
        phone_index, captured_at, purpose, notice_version, language, how, given_at, hash, body_hash)
), new AS (
    INSERT INTO workers (id, unit_id, path, name_key, name_key_en, name_hi, name_en, relation_type, gender, birth_year,
        sealed, phone_index, captured_at, captured_by, source, status, version, created_at, changed_at)
    SELECT id, unit_id, path, name_key, name_key_en, name_hi, name_en, relation_type, gender, birth_year,
        sealed, phone_index, captured_at, $21, $22, 'active', 1, $23, $23
    FROM sent ON CONFLICT (id) DO NOTHING RETURNING id
), queued AS (
    INSERT INTO match_queue SELECT id FROM new
), agreed AS (
    INSERT INTO consents (worker_id, purpose, path, notice_version, language, how, given_at, taken_by, hash)
    SELECT id, purpose, path, notice_version, language, how, given_at, $21, hash FROM sent JOIN new USING (id)
), received AS (
    INSERT INTO receipts (record_id, batch_id, unit_id, path, body_hash, sent_by, received_at)
    SELECT id, $24, unit_id, path, body_hash, $25, $23 FROM sent JOIN new USING (id) WHERE $24::uuid IS NOT NULL
)
SELECT id FROM new
"""


_MERGED_INTO = """
WITH RECURSIVE below (id) AS (
    SELECT id FROM workers WHERE merged_into = $1 AND path >= $2 AND path < $3
    UNION SELECT w.id FROM workers w JOIN below ON w.merged_into = below.id WHERE w.path >= $2 AND w.path < $3
) SELECT id FROM below ORDER BY id
"""
_KNOWN_BY: Final = """
own (id, status, merged_into) AS (
    SELECT id, status, merged_into FROM workers WHERE person_id = $1 AND path >= $2 AND path < $3
    UNION
    SELECT w.id, w.status, w.merged_into FROM own o JOIN workers w ON w.id = o.merged_into
    WHERE w.path >= $2 AND w.path < $3
)
"""
_OF_PERSON: Final = f"WITH RECURSIVE {_KNOWN_BY} SELECT id FROM own WHERE status = 'active' ORDER BY id"  # noqa: S608
_BELOW: Final = """
all_of_it (id, person_id) AS (
    SELECT id, person_id FROM workers WHERE {} AND path >= $2 AND path < $3
    UNION
    SELECT w.id, w.person_id FROM workers w JOIN all_of_it o ON w.merged_into = o.id
    WHERE w.path >= $2 AND w.path < $3
)
SELECT array_agg(DISTINCT person_id) FROM all_of_it WHERE person_id IS NOT NULL
"""
_STANDING: Final = "id IN (SELECT id FROM own WHERE status = 'active')"
_PERSONS: Final = f"WITH RECURSIVE {_KNOWN_BY}, {_BELOW.format(_STANDING)}"
_SIGNS_IN: Final = f"WITH RECURSIVE {_BELOW.format('id = $1')}"


async def insert_workers(
    work: Work,
    sealer: Sealer,
    enrolments: Sequence[Enrolment],
    *,
    captured_by: UUID,
    source: Source,
    batch_id: UUID | None = None,
    sent_by: UUID | None = None,
) -> set[UUID]:
    """Puts the workers and their consents on record, with receipts for a batch; gives the ids that are new."""
    # One order of ids for every writer: two batches with common records wait for each other and never lock up.
    ordered = sorted(enrolments, key=lambda one: one.id.int)
    columns = zip(*(_values(sealer, one) for one in ordered), strict=True)
    rows = await work.raw.fetch(_ENROL, *columns, captured_by, source.value, work.now, batch_id, sent_by or captured_by)
    return {row["id"] for row in rows}


def _values(sealer: Sealer, one: Enrolment) -> tuple[object, ...]:
    who, consent = one.particulars, one.consent
    return (
        one.id,
        one.place.unit_id,
        one.place.path,
        *keys_of(who.name_hi, who.name_en),
        who.name_hi,
        who.name_en,
        who.relation_type,
        who.gender,
        who.birth_year,
        seal_particulars(sealer, one.id, who),
        index_of_phone(sealer, who),
        one.captured_at,
        consent.purpose,
        consent.notice_version,
        consent.language,
        consent.how,
        consent.given_at,
        consent.artefact_hash(one.id),
        one.body_hash,
    )


async def find_for_change(work: Work, sealer: Sealer, worker_id: UUID) -> Worker | None:
    """The worker, locked until this work ends; None when there is none inside the scope."""
    row = await _row(work, worker_id, lock=True)
    return _worker(row, sealer) if row else None


async def find(work: Work, sealer: Sealer, worker_id: UUID) -> Worker | None:
    """The worker; None when there is none inside the scope."""
    row = await _row(work, worker_id, lock=False)
    return _worker(row, sealer) if row else None


async def merged_into(work: Work, worker_id: UUID) -> list[UUID]:
    """Every record that was merged into this one, directly or by way of another, as far as the scope reaches."""
    return [row["id"] for row in await work.raw.fetch(_MERGED_INTO, worker_id, work.scope.lo, work.scope.hi)]


async def of_person(work: Work, person_id: UUID) -> list[UUID]:
    """The records by which somebody who signs in is known, as far as the scope reaches.

    In the place of a merged one stands the one that was kept, as long as the merge does.
    """
    return [row["id"] for row in await work.raw.fetch(_OF_PERSON, person_id, work.scope.lo, work.scope.hi)]


async def persons_of(work: Work, person_id: UUID) -> list[UUID]:
    """Everybody by whom the same person signs in, as long as their records are merged, as far as the scope reaches."""
    found = await work.raw.fetchval(_PERSONS, person_id, work.scope.lo, work.scope.hi)
    return sorted({person_id, *(found or ())})


async def who_signs_in(work: Work, worker_id: UUID) -> set[UUID]:
    """Everybody by whom the person of a record signs in, by it or by what was merged into it."""
    found = await work.raw.fetchval(_SIGNS_IN, worker_id, work.scope.lo, work.scope.hi)
    return set(found or ())


async def save(work: Work, sealer: Sealer, worker: Worker, author: Author) -> None:
    """Writes a changed worker's new version, and keeps what it replaced."""
    row = await _row(work, worker.id, lock=True)
    if row is None:
        raise LookupError
    before, who = _worker(row, sealer).particulars, worker.particulars
    row.name_key, row.name_key_en = keys_of(who.name_hi, who.name_en)
    for name in ("name_hi", "name_en", "relation_type", "gender", "birth_year"):
        setattr(row, name, getattr(who, name))
    row.sealed, row.phone_index = seal_particulars(sealer, row.id, who), index_of_phone(sealer, who)
    row.phone = row.relation_name = None
    row.person_id, row.status, row.merged_into = worker.person_id, worker.status.value, worker.merged_into
    row.version, row.changed_at = worker.version, worker.changed_at
    await work.session.flush()
    await revisions.keep(work, worker, author, sealer=sealer, before=before)
    await keys.follow(work, worker.id, on_record=worker.status is Status.ACTIVE)
    await confirmations.follow(work, worker.id, on_record=worker.status is Status.ACTIVE)
    if worker.status is not Status.ACTIVE:
        await renotices.drop(work, worker.id)
    elif before.phone != who.phone:
        await confirmations.follow_phone(work, worker.id, has_one=who.phone is not None)
        await renotices.follow_phone(work, worker.id, has_one=who.phone is not None)


async def withdraw_consents(work: Work, worker_id: UUID, at: datetime) -> None:
    """Marks every consent of the worker as taken back."""
    path = col(ConsentRow.path)
    wanted = select(ConsentRow).where(
        col(ConsentRow.worker_id) == worker_id, path >= work.scope.lo, path < work.scope.hi
    )
    for row in await work.session.exec(wanted):
        row.withdrawn_at = row.withdrawn_at or at
    await work.session.flush()


async def _row(work: Work, worker_id: UUID, *, lock: bool) -> WorkerRow | None:
    path = col(WorkerRow.path)
    wanted = select(WorkerRow).where(col(WorkerRow.id) == worker_id, path >= work.scope.lo, path < work.scope.hi)
    return (await work.session.exec(wanted.with_for_update() if lock else wanted)).one_or_none()


def _worker(row: WorkerRow, sealer: Sealer) -> Worker:
    fields = open_row(sealer, {name: getattr(row, name) for name in SEALED_COLUMNS})
    return Worker(
        id=WorkerId(row.id),
        unit_id=UnitId(row.unit_id),
        path=row.path,
        particulars=Particulars(
            name_hi=row.name_hi,
            name_en=row.name_en,
            relation_type=row.relation_type,
            relation_name=fields.relation_name,
            gender=row.gender,
            birth_year=row.birth_year,
            phone=fields.phone,
            address=fields.address,
            pin=fields.pin,
            epic=fields.epic,
            birth_date=fields.birth_date,
            age_band=fields.age_band,
        ),
        person_id=row.person_id,
        captured_by=row.captured_by,
        captured_at=row.captured_at,
        source=Source(row.source),
        status=Status(row.status),
        version=row.version,
        created_at=row.created_at,
        changed_at=row.changed_at,
        merged_into=row.merged_into,
    )
