"""Opens what a worker answered in drives: a read that is on the trail, since none of it is open to all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.answers import AnswerRevision, AnswerSet
from sangathan_registry.domain.vistarak import sees_only_own_captures
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.queries.answers import revisions_of, sets_of
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import audit, workers

ANSWERS: Final = "answers"
"""How the trail names what was shown, beside the field classes."""


@dataclass(frozen=True, slots=True)
class OpenedAnswers:
    """The record, what was answered under it and under those merged into it, and how that was corrected."""

    worker: Worker
    sets: Sequence[AnswerSet]
    revisions: Sequence[AnswerRevision]


async def handle(work: Work, sealer: Sealer, caller: Caller, worker_id: UUID) -> OpenedAnswers:
    """The answers; of a record that is no more, none."""
    worker = await workers.find(work, sealer, worker_id)
    if worker is None or (sees_only_own_captures(caller.office) and worker.captured_by != caller.eyes):
        raise Refusal(NOT_FOUND)
    if worker.status not in {Status.ACTIVE, Status.MERGED}:
        return OpenedAnswers(worker, (), ())
    subject = audit.Subject(worker.unit_id, worker.path, worker.id)
    await audit.note(work, caller, subject, fields=[ANSWERS, *caller.field_classes])
    async with beyond_scope(work):
        ids = [worker.id, *await workers.merged_into(work, worker.id)]
        return OpenedAnswers(worker, await sets_of(work.raw, sealer, ids), await revisions_of(work.raw, sealer, ids))
