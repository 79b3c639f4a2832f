"""Corrects a worker's record under the version that was read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import WorkerChanged
from sangathan_registry.domain.particulars import Particulars
from sangathan_registry.domain.refusals import WORKER_MERGED, WORKER_WITHDRAWN
from sangathan_registry.domain.revisions import Act
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.store import audit, revisions, workers


@dataclass(frozen=True, slots=True)
class ChangeWorker:
    """Which record, and how its next particulars come from its present ones; both steps may refuse."""

    worker_id: UUID
    require_version: Callable[[Worker], None]
    revise: Callable[[Worker], tuple[Particulars, Sequence[str]]]


async def handle(work: Work, sealer: Sealer, caller: Caller, command: ChangeWorker) -> Worker:
    """The record's new version; the same one when nothing differs."""
    worker = await workers.find_for_change(work, sealer, command.worker_id)
    if worker is None:
        raise Refusal(NOT_FOUND)
    command.require_version(worker)
    if worker.status in {Status.WITHDRAWN, Status.ERASED, Status.HELD}:
        raise Refusal(WORKER_WITHDRAWN, "Record the person anew when they agree again.")
    if worker.status is Status.MERGED:
        raise Refusal(WORKER_MERGED, "Change the record that was kept, whose id stands in merged_into.")
    particulars, fields = command.revise(worker)
    if particulars == worker.particulars:
        return worker
    changed = worker.changed(particulars, work.now)
    await workers.save(work, sealer, changed, revisions.by(caller, Act.CHANGED))
    subject = audit.Subject(worker.unit_id, worker.path, worker.id)
    await audit.note(work, caller, subject, fields=fields)
    work.publish(WorkerChanged(worker_id=worker.id, unit_id=worker.unit_id, version=changed.version), path=worker.path)
    return changed
