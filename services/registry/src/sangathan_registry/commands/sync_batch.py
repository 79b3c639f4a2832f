"""Takes a batch of records from a device: each ends by itself, and a bad one never rejects the rest.

Everything is one transaction and a handful of statements, whatever the size of the batch. Sent again in whole or in
part, at once or weeks later, a batch changes nothing: the record's own id decides, and its receipt tells the same body
from another one. The edge holds the lock that keeps units from moving until this work ends.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import WorkersEnrolled
from sangathan_registry.commands import flag_batch
from sangathan_registry.commands.check_answers import AnswerChecks
from sangathan_registry.commands.count_drive import DriveCount
from sangathan_registry.domain import sync, vistarak
from sangathan_registry.domain.drive import Drive, day_of
from sangathan_registry.domain.paper import printed_for_another
from sangathan_registry.domain.sync import Outcome, Result, SentRecord
from sangathan_registry.domain.worker import Enrolment, Place, Source
from sangathan_registry.queries.assignments import places_of_batch
from sangathan_registry.queries.drives import drive_with_versions
from sangathan_registry.store import audit, counts, drive_batches, drives, receipts, sealed, workers
from sangathan_registry.store.drive_batches import Bearer, Capture, DriveBatch


@dataclass(frozen=True, slots=True)
class SyncBatch:
    """The batch as it was read; ``vistarak_id`` is who collected what a clerk keys from paper.

    ``skew`` is by how much the device's clock was wrong. ``sent_by`` is whose record was held and is now taken by
    somebody's decision: neither assignments, the drive's units and dates, nor the notice stand in its way then.
    """

    batch_id: UUID
    device_id: UUID | None
    records: Sequence[SentRecord]
    drive_id: UUID | None = None
    collected: Mapping[UUID, int] = field(default_factory=dict)
    vistarak_id: UUID | None = None
    skew: timedelta = timedelta()
    sent_by: UUID | None = None

    def sender(self, caller: Caller) -> UUID:
        """Who sent the records, be it now or before somebody decided."""
        return self.sent_by or caller.person


@dataclass(frozen=True, slots=True)
class _Known:
    """What the records are held against, fetched once for the whole batch."""

    places: dict[UUID, Place]
    before: receipts.Before
    assignments: Sequence[vistarak.Assignment] | None
    drive: Drive | None
    forms: dict[UUID, str]
    serials: dict[tuple[UUID, str], UUID]
    late: bool
    decided: bool


@dataclass(slots=True)
class _Sorted:
    results: list[Result | None]
    hashes: list[bytes]
    candidates: dict[UUID, tuple[int, Enrolment]] = field(default_factory=dict)


async def handle(work: Work, sealer: Sealer, checks: AnswerChecks, asked: tuple[Caller, SyncBatch]) -> list[Result]:
    """One result per record, in the order of the records; refuses a drive that the caller does not see."""
    caller, command = asked
    hashes = [sealed.body_hash(sealer, one.body.decode("utf-8", "backslashreplace")) for one in command.records]
    known = await _known(work, caller, command, hashes)
    batch = _sort(checks, known, command.records, hashes)
    new = await _write(work, sealer, caller, (command, batch))
    await _settle(work, batch, new)
    accepted = [one for _, one in batch.candidates.values() if one.id in new]
    if accepted:
        await _announce(work, caller, command, accepted)
    results = [result for result in batch.results if result is not None]
    held = await _keep_rejected(work, sealer, caller, (command, results, batch.hashes, known.places))
    mended = await _take_mended(work, command.sender(caller), (command, results, known.before.held), new)
    if known.drive is not None:
        count = DriveCount()
        count.accept(accepted)
        count.hold(held)
        count.hold([row for row in mended if row["drive_id"] == command.drive_id], -1)
        captures = [_capture(sealer, command.records[n], one) for n, one in batch.candidates.values() if one.id in new]
        fences = await drive_batches.bring(work, _of_drive(caller, command, known, (count, captures)))
        if accepted:
            await flag_batch.handle(work, _brought(command, known.drive, accepted), fences)
    await _take_from_other_drives(work, caller, command, mended)
    return results


async def _take_mended(
    work: Work, sent_by: UUID, batch: tuple[SyncBatch, Sequence[Result], set[UUID]], new: set[UUID]
) -> Sequence[receipts.Kept]:
    """Drops what was held of records that are on record now, be it from this very batch."""
    command, results, held = batch
    ended = zip(command.records, results, strict=True)
    held = held | {record.id for record, result in ended if record.id and result.reason}
    mended = list(held & new)
    return await receipts.take_mended(work, sent_by, mended) if mended else []


def _of_drive(
    caller: Caller, command: SyncBatch, known: _Known, brought: tuple[DriveCount, Sequence[Capture]]
) -> DriveBatch:
    count, captures = brought
    on_paper = command.vistarak_id is not None
    return DriveBatch(
        drive_id=known.drive.id if known.drive else UUID(int=0),
        by=Bearer(
            vistarak_id=command.vistarak_id or command.sender(caller),
            device_id=command.device_id,
            clerk_id=command.sender(caller) if on_paper else None,
            sent_by=command.sender(caller),
        ),
        captures=captures,
        days={(day_of(one.record.captured_at), one.record.place.unit_id, one.record.place.path) for one in captures},
        booths=count.booths(command.collected, known.places),
        tallies=count.tallies,
    )


async def _take_from_other_drives(
    work: Work, caller: Caller, command: SyncBatch, mended: Sequence[receipts.Kept]
) -> None:
    """A record that was held in one drive and has come in another is held in the first no more."""
    others: dict[tuple[UUID, UUID], list[receipts.Kept]] = defaultdict(list)
    for row in mended:
        if row["drive_id"] not in {None, command.drive_id}:
            others[row["drive_id"], row["device_id"] or command.sender(caller)].append(row)
    for (drive_id, device_id), rows in others.items():
        count = DriveCount()
        count.hold(rows, -1)
        by = Bearer(command.sender(caller), device_id, None, command.sender(caller))
        await drive_batches.bring(work, DriveBatch(drive_id, by, booths=count.booths(), tallies=count.tallies))


def _brought(command: SyncBatch, drive: Drive, accepted: Sequence[Enrolment]) -> flag_batch.Brought:
    return flag_batch.Brought(
        drive=drive,
        accepted=accepted,
        places={one.id: one.capture.place for one in command.records if one.id and one.capture.place},
        device_id=command.device_id,
        skew=command.skew,
        on_paper=command.vistarak_id is not None,
    )


async def _known(work: Work, caller: Caller, command: SyncBatch, hashes: Sequence[bytes]) -> _Known:
    records = command.records
    drive: Drive | None = None
    forms: dict[UUID, str] = {}
    if command.drive_id:
        versions = {one.capture.form_version_id for one in records if one.capture.form_version_id}
        drive, forms = await drive_with_versions(work.raw, command.drive_id, list(versions))
    named = {one.unit_id for one in records if one.unit_id} | command.collected.keys()
    named |= {one.capture.paper.unit_id for one in records if one.capture.paper}
    own = caller.person if vistarak.sees_only_own_captures(caller.office) else None
    whose = own if command.sent_by else command.vistarak_id or own
    places, assignments = await places_of_batch(work.raw, work.scope, list(named), whose)
    serials = [one.capture.serial for one in records if one.capture.serial]
    return _Known(
        places=places,
        before=await receipts.before(work, command.sender(caller), [one.id for one in records if one.id], hashes),
        assignments=assignments if whose else None,
        drive=drive,
        forms=forms,
        serials=await drives.used_serials(work, drive.id, serials) if drive and serials else {},
        late=drive is not None and work.now > drive.grace_until,
        decided=command.sent_by is not None,
    )


def _sort(checks: AnswerChecks, known: _Known, records: Sequence[SentRecord], hashes: list[bytes]) -> _Sorted:
    """Ends what can be ended without writing; the rest are candidates, one per id."""
    batch = _Sorted([None] * len(records), hashes)
    for n, record in enumerate(records):
        ended = (
            _without_writing(record, hashes[n], known) or _by_notice(record, known) or _by_drive(checks, record, known)
        )
        if record.id in batch.candidates:
            ended = sync.settle(batch.candidates[record.id][1].body_hash, hashes[n])
        if ended is None and record.id and record.unit_id:
            batch.candidates[record.id] = (n, record.enrolment(known.places[record.unit_id], hashes[n]))
            if record.capture.serial:
                known.serials.setdefault((record.unit_id, record.capture.serial), record.id)
        batch.results[n] = ended
    return batch


def _without_writing(  # noqa: PLR0911 - one ending each, in the order that counts.
    record: SentRecord, body_hash: bytes, known: _Known
) -> Result | None:
    if record.id in known.before.erased:
        return sync.ERASED
    if body_hash in known.before.dismissed:
        return sync.DISMISSED
    if record.errors or record.id is None or record.unit_id is None or record.captured_at is None:
        return Result(Outcome.REJECTED, sync.Reason.INVALID, record.errors)
    if record.id in known.before.accepted:
        return sync.settle(known.before.accepted[record.id], body_hash)
    place = known.places.get(record.unit_id)
    if place is None:
        return sync.UNIT_UNKNOWN
    if place.closed:
        return sync.UNIT_CLOSED
    assigned = known.assignments
    if assigned is not None and not vistarak.may_capture(assigned, record.unit_id, record.captured_at):
        return sync.NOT_ASSIGNED
    return None


def _by_notice(record: SentRecord, known: _Known) -> Result | None:
    """A consent on a notice that nobody knows may be good all the same: people look, and nothing is lost meanwhile."""
    return None if record.notice_known or known.decided else sync.NOTICE_UNKNOWN


def _by_drive(checks: AnswerChecks, record: SentRecord, known: _Known) -> Result | None:
    """What the drive has against the record; without a drive nobody asks for answers, and none are taken."""
    capture = record.capture
    place = known.places.get(record.unit_id) if record.unit_id else None
    if record.captured_at is None or place is None:
        return None
    if other := _other_paper(record, known):
        return other
    definition = known.forms.get(capture.form_version_id) if capture.form_version_id else None
    if ((known.drive and known.drive.form_id) or capture.form_version_id) and definition is None:
        return sync.FORM_UNKNOWN
    if definition is not None and capture.form_version_id is not None:
        faults = checks.faults(capture.form_version_id, definition, place.level, capture.answers or {})
        if faults:
            return Result(Outcome.REJECTED, sync.Reason.INVALID, faults)
    return _late(record, place, known)


def _other_paper(record: SentRecord, known: _Known) -> Result | None:
    """A paper of another drive, booth or version; that of a booth that has closed is keyed where its people went."""
    paper = record.capture.paper
    if paper is None:
        return None
    printed = known.places.get(paper.unit_id)
    here = paper.unit_id == record.unit_id or (printed is not None and printed.closed)
    drive_id = known.drive.id if known.drive else None
    other = printed_for_another(paper, drive_id, record.capture.form_version_id, here=here)
    return sync.OTHER_PAPER[other] if other else None


def _late(record: SentRecord, place: Place, known: _Known) -> Result | None:
    if known.drive is None or record.captured_at is None or record.unit_id is None:
        return None
    if known.late and not known.decided:
        return sync.AFTER_GRACE
    if not (known.decided or known.drive.covers(place.path, record.captured_at)):
        return sync.OUTSIDE_DRIVE
    serial = record.capture.serial
    if serial and known.serials.get((record.unit_id, serial), record.id) != record.id:
        return sync.SERIAL_USED
    return None


async def _write(work: Work, sealer: Sealer, caller: Caller, rest: tuple[SyncBatch, _Sorted]) -> set[UUID]:
    command, batch = rest
    enrolments = [enrolment for _, enrolment in batch.candidates.values()]
    if not enrolments:
        return set()
    return await workers.insert_workers(
        work,
        sealer,
        enrolments,
        captured_by=command.vistarak_id or command.sender(caller),
        source=Source.DRIVE,
        batch_id=command.batch_id,
        sent_by=command.sender(caller),
    )


def _capture(sealer: Sealer, record: SentRecord, one: Enrolment) -> Capture:
    capture = record.capture
    content = sealed.seal_content(sealer, capture.content.decode()) if capture.content else None
    return Capture(
        record=one,
        form_version_id=capture.form_version_id,
        serial=capture.serial,
        sealed=content,
        located=capture.place is not None,
        spot=flag_batch.spot(sealer, one, capture.place),
    )


async def _settle(work: Work, batch: _Sorted, new: set[UUID]) -> None:
    """Ends the candidates; those not written were there already, perhaps through a batch that ran at the same time."""
    late = [record_id for record_id in batch.candidates if record_id not in new]
    earlier = await receipts.hashes_of(work, late) if late else {}
    for record_id, (n, enrolment) in batch.candidates.items():
        written = record_id in new
        batch.results[n] = sync.ACCEPTED if written else sync.settle(earlier.get(record_id), enrolment.body_hash)


async def _announce(work: Work, caller: Caller, batch: SyncBatch, accepted: Sequence[Enrolment]) -> None:
    """Counters, the trail, and one event per unit."""
    per_unit: dict[UUID, list[Enrolment]] = defaultdict(list)
    for one in accepted:
        per_unit[one.place.unit_id].append(one)
    subjects = []
    for unit_id, ones in per_unit.items():
        path = ones[0].place.path
        subjects.append(
            audit.Subject(unit_id, path, batch_id=batch.batch_id, device_id=batch.device_id, records=len(ones))
        )
        event = WorkersEnrolled(unit_id=unit_id, worker_ids=tuple(one.id for one in ones), source=Source.DRIVE.value)
        work.publish(event, path=path)
    await counts.add_deltas(work, {subject.path: subject.records or 0 for subject in subjects})
    await audit.note_all(work, caller, subjects)


async def _keep_rejected(
    work: Work,
    sealer: Sealer,
    caller: Caller,
    batch: tuple[SyncBatch, Sequence[Result], Sequence[bytes], dict[UUID, Place]],
) -> Sequence[receipts.Kept]:
    """Keeps what was received and not accepted at its unit, or at the sender's own when it names none in the scope."""
    command, results, hashes, places = batch
    rejected = []
    for record, result, body_hash in zip(command.records, results, hashes, strict=True):
        # Of an erased person nothing is kept, not even what came of their record.
        if result.reason in {None, sync.Reason.ERASED}:
            continue
        place = places.get(record.unit_id) if record.unit_id else None
        rejected.append(
            receipts.Rejected(
                record_id=record.id,
                unit_id=place.unit_id if place else caller.unit_id or UUID(int=0),
                path=place.path if place else work.scope.lo,
                body_hash=body_hash,
                sealed_body=sealed.seal_body(sealer, record.body.decode("utf-8", "backslashreplace")),
                outcome=result.outcome.value,
                reason=str(result.reason),
                errors=result.errors,
            )
        )
    origin = receipts.Origin(command.batch_id, command.drive_id, command.device_id, command.vistarak_id)
    return await receipts.keep_rejected(work, caller, origin, rejected) if rejected else []
