"""Decides about the rows of an import, and puts those on record that can be, in one transaction and a few statements.

What a row becomes is decided by the row alone: its id is made of what it says and of its unit, or of the list's own
number for it. So the same file sent again, whole, in part or in another order, finds everything there already.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import WorkersEnrolled
from sangathan_registry.commands.import_file import FileRow
from sangathan_registry.domain.import_faults import ERASED, OTHER_BODY, WITHDRAWN, Fault, Reason
from sangathan_registry.domain.import_rows import ReadRow, RowReader
from sangathan_registry.domain.import_units import KnownUnit, UnitIndex
from sangathan_registry.domain.imports import Import, Tally
from sangathan_registry.domain.revisions import Act
from sangathan_registry.domain.sync import Outcome
from sangathan_registry.domain.worker import Enrolment, Place, Source, Status, UnitId, WorkerId
from sangathan_registry.store import audit, counts, erasures, imports, receipts, revisions, sealed, workers

ACTION: Final = "worker.import"


@dataclass(slots=True)
class Sorted:
    """A row with its unit, the record that it becomes, and how it ends; without an outcome it goes on record."""

    row: ReadRow
    unit: KnownUnit | None = None
    worker_id: UUID | None = None
    body_hash: bytes = b""
    outcome: Outcome | None = None
    faults: list[Fault] = field(default_factory=list)

    def end(self, outcome: Outcome, *faults: Fault) -> None:
        """Says how the row ends."""
        self.outcome, self.faults = outcome, [*self.faults, *faults]

    @property
    def reason(self) -> Reason | None:
        """The first of what is wrong."""
        return self.faults[0].reason if self.faults else None


async def sort(
    work: Work, sealer: Sealer, root: UUID, rows: Sequence[tuple[ReadRow, KnownUnit | Fault]]
) -> list[Sorted]:
    """The rows with what can be said without writing; ``root`` is the unit that the list is for."""
    found = [_identified(sealer, root, row, unit) for row, unit in rows]
    await _end_those_taken_out(work, found)
    ids = [one.worker_id for one in found if one.worker_id is not None]
    erased = await erasures.erased_among(work, ids)
    standing = await imports.standing(work, ids)
    hashes = await receipts.hashes_of(work, ids)
    seen: dict[UUID, bytes] = {}
    for one in found:
        if one.worker_id is None or one.outcome is not None:
            continue
        if one.worker_id in erased:
            one.end(Outcome.REJECTED, ERASED)
        elif standing.get(one.worker_id) == Status.WITHDRAWN:
            one.end(Outcome.REJECTED, WITHDRAWN)
        elif one.worker_id in standing:
            _settle(one, hashes.get(one.worker_id))
        elif one.worker_id in seen:
            _settle(one, seen[one.worker_id])
        else:
            seen[one.worker_id] = one.body_hash
    return found


async def _end_those_taken_out(work: Work, found: Sequence[Sorted]) -> None:
    """A row whose own number is the id of a record came by an export: it is that record, and changes nothing of it."""
    own = {its: one for one in found if one.worker_id is not None and (its := _record_of(one.row.own_id))}
    if not own:
        return
    standing = await imports.standing(work, list(own))
    erased = await erasures.erased_among(work, list(own))
    for its, one in own.items():
        if its in erased:
            one.end(Outcome.REJECTED, ERASED)
        elif its in standing:
            one.worker_id = its
            withdrawn = standing[its] == Status.WITHDRAWN
            one.end(*((Outcome.REJECTED, WITHDRAWN) if withdrawn else (Outcome.ALREADY_THERE,)))


def _record_of(own_id: str | None) -> UUID | None:
    try:
        return UUID(own_id) if own_id else None
    except ValueError:
        return None


async def put(work: Work, sealer: Sealer, import_: Import, found: Sequence[Sorted]) -> Tally:
    """Puts on record what is new, and keeps how each row ended."""
    caller = _on_behalf(work, import_)
    new = {one.worker_id: one for one in found if one.outcome is None and one.worker_id and one.unit}
    enrolments = [_enrolment(work, import_, one) for one in new.values()]
    written: set[UUID] = set()
    if enrolments:
        written = await workers.insert_workers(
            work,
            sealer,
            enrolments,
            captured_by=import_.asked_by,
            source=Source.IMPORT,
            batch_id=import_.id,
            sent_by=import_.asked_by,
        )
        await _announce(work, caller, import_, [one for one in enrolments if one.id in written])
        await revisions.note_imported(work, list(written), revisions.by(caller, Act.IMPORTED), import_.basis)
    for worker_id, one in new.items():
        # What another import has put there meanwhile is there already.
        one.end(Outcome.ACCEPTED if worker_id in written else Outcome.ALREADY_THERE)
    await imports.put_rows(work, sealer, import_, [_end(one) for one in found])
    return tally(found)


def tally(found: Sequence[Sorted]) -> Tally:
    """How the rows ended; one without an outcome would be put on record."""
    outcomes = [one.outcome or Outcome.ACCEPTED for one in found]
    return Tally(
        outcomes.count(Outcome.ACCEPTED),
        outcomes.count(Outcome.ALREADY_THERE),
        outcomes.count(Outcome.REJECTED),
        outcomes.count(Outcome.NEEDS_REVIEW),
    )


async def read(
    reader: RowReader, index: UnitIndex, rows: Sequence[FileRow], at: datetime
) -> list[tuple[ReadRow, KnownUnit | Fault]]:
    """The rows as they are meant, with their units; in a thread, since it is work for the processor."""

    def each() -> list[tuple[ReadRow, KnownUnit | Fault]]:
        found = [reader.read(line, row, at) for line, row in rows]
        return [(row, index.find(row.units)) for row in found]

    return await asyncio.to_thread(each)


def _identified(sealer: Sealer, root: UUID, row: ReadRow, unit: KnownUnit | Fault) -> Sorted:
    one = Sorted(row)
    if isinstance(unit, Fault):
        one.end(Outcome.REJECTED, *row.faults, unit)
        return one
    one.unit = unit
    if row.faults:
        one.end(Outcome.REJECTED, *row.faults)
        return one
    body = f"{unit.unit_id}\n{msgspec.json.encode(asdict(row.particulars), order='sorted').decode()}"
    one.worker_id = imports.record_id(sealer, f"own\n{root}\n{row.own_id}" if row.own_id else f"row\n{body}")
    one.body_hash = sealed.body_hash(sealer, body)
    return one


def _settle(one: Sorted, earlier: bytes | None) -> None:
    """The same again, or another body under the list's own number; without a number the id is the body."""
    if one.row.own_id is None or earlier is None or earlier == one.body_hash:
        one.end(Outcome.ALREADY_THERE)
    else:
        one.end(Outcome.NEEDS_REVIEW, OTHER_BODY)


def _enrolment(work: Work, import_: Import, one: Sorted) -> Enrolment:
    if one.unit is None or one.worker_id is None:
        raise ValueError
    place = Place(UnitId(one.unit.unit_id), one.unit.path, closed=False, level=one.unit.level)
    consent = import_.consent(work.now)
    return Enrolment(WorkerId(one.worker_id), place, one.row.particulars, consent, work.now, one.body_hash)


def _end(one: Sorted) -> imports.RowEnd:
    outcome = one.outcome or Outcome.ACCEPTED
    reason = one.reason.value if one.reason else None
    content: dict[str, Any] | None = asdict(one.row.office) if one.row.office else None
    if outcome in {Outcome.REJECTED, Outcome.NEEDS_REVIEW}:
        # Of an erased person nothing is kept, not even what came of their row.
        kept: Mapping[str, Any] = {} if one.reason is Reason.ERASED else {"cells": list(one.row.cells)}
        content = {**kept, "faults": [asdict(fault) for fault in one.faults]}
    return imports.RowEnd(one.row.line, outcome.value, reason, one.worker_id, content)


async def _announce(work: Work, caller: Caller, import_: Import, accepted: Sequence[Enrolment]) -> None:
    """Counters, the trail, and one event per unit."""
    per_unit: dict[UUID, list[Enrolment]] = defaultdict(list)
    for one in accepted:
        per_unit[one.place.unit_id].append(one)
    subjects = []
    for unit_id, ones in per_unit.items():
        path = ones[0].place.path
        subjects.append(audit.Subject(unit_id, path, batch_id=import_.id, records=len(ones)))
        ids = tuple(one.id for one in ones)
        work.publish(WorkersEnrolled(unit_id=unit_id, worker_ids=ids, source=Source.IMPORT.value), path=path)
    await counts.add_deltas(work, {subject.path: subject.records or 0 for subject in subjects})
    await audit.note_all(work, caller, subjects)


def _on_behalf(work: Work, import_: Import) -> Caller:
    """Whoever asked for the import answers for every row of it on the trail, whenever it is worked."""
    return Caller(
        person_id=import_.asked_by,
        session_id=None,
        appointment_id=import_.appointment_id,
        office=import_.office,
        unit_id=import_.unit_id,
        action=ACTION,
        scope=work.scope,
        field_classes=frozenset(),
        request_id="",
        tree_version=0,
        assurance="",
    )
