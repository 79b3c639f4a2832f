"""Opens one record: a read that is on the trail, in the same transaction, when it shows what is not open to all."""

from collections.abc import Callable
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.vistarak import sees_only_own_captures
from sangathan_registry.domain.worker import Worker
from sangathan_registry.store import audit, workers

OPEN = "open"


async def handle(
    work: Work, sealer: Sealer, caller: Caller, worker_id: UUID, *, has_it: Callable[[Worker], bool]
) -> Worker:
    """The record; ``has_it`` says that the caller holds this very version, and then nothing is shown or noted."""
    worker = await workers.find(work, sealer, worker_id)
    if worker is None or (sees_only_own_captures(caller.office) and worker.captured_by != caller.eyes):
        raise Refusal(NOT_FOUND)
    shown = caller.field_classes - {OPEN}
    if shown and not has_it(worker):
        subject = audit.Subject(worker.unit_id, worker.path, worker.id)
        await audit.note(work, caller, subject, fields=sorted(shown))
    return worker
