"""Puts one worker on record: an office-bearer enters somebody who agreed."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import WorkersEnrolled
from sangathan_registry.domain.consent import Consent
from sangathan_registry.domain.particulars import Particulars
from sangathan_registry.domain.refusals import UNIT_CLOSED
from sangathan_registry.domain.worker import Enrolment, Source, Worker, WorkerId
from sangathan_registry.queries.units import get_place
from sangathan_registry.store import audit, counts, workers


@dataclass(frozen=True, slots=True)
class EnrolWorker:
    """Who, where, and on which consent."""

    unit_id: UUID
    particulars: Particulars
    consent: Consent


async def handle(work: Work, sealer: Sealer, caller: Caller, command: EnrolWorker) -> Worker:
    """The new record; raises a refusal when the unit lies outside the scope or is closed."""
    place = await get_place(work.raw, work.scope, command.unit_id, field="unit_id")
    if place.closed:
        raise Refusal(UNIT_CLOSED, "Choose the unit that has taken its place.")
    worker_id = WorkerId(uuid7())
    enrolment = Enrolment(worker_id, place, command.particulars, command.consent, work.now)
    await workers.insert_workers(work, sealer, [enrolment], captured_by=caller.person, source=Source.OFFICE)
    await counts.add_deltas(work, {place.path: 1})
    await audit.note(work, caller, audit.Subject(place.unit_id, place.path, worker_id))
    work.publish(
        WorkersEnrolled(unit_id=place.unit_id, worker_ids=(worker_id,), source=Source.OFFICE.value), path=place.path
    )
    worker = await workers.find(work, sealer, worker_id)
    if worker is None:
        raise LookupError
    return worker
