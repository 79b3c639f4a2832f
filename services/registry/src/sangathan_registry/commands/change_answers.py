"""Corrects what somebody answered in a drive, held to the same version of the form, and keeps what stood there.

An office changes what it sees, and nothing else. The record gets a new version by it, so that its history says who did
it and when, and whoever looks at an older one is told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import msgspec

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import INVALID_INPUT, NOT_FOUND, Pointer, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import WorkerChanged
from sangathan_registry.commands.check_answers import AnswerChecks
from sangathan_registry.domain.answers import Answers, AnswerSet, corrected, replaced, seen_in
from sangathan_registry.domain.refusals import WORKER_MERGED, WORKER_WITHDRAWN
from sangathan_registry.domain.revisions import Act
from sangathan_registry.domain.vistarak import sees_only_own_captures
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.queries.answers import sets_of
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import answers, audit, revisions, workers

_MENDING = "Each error names the place and what would be accepted."


@dataclass(frozen=True, slots=True)
class ChangeAnswers:
    """Whose answers, under which record when there are several sets, and the new ones by question; null for none."""

    worker_id: UUID
    record_id: UUID | None
    given: Answers
    require_version: Callable[[Worker], None]


async def handle(work: Work, tools: tuple[Sealer, AnswerChecks], caller: Caller, command: ChangeAnswers) -> None:
    """Keeps the correction; one that changes nothing leaves everything as it is."""
    sealer, checks = tools
    worker = await _on_record(work, sealer, caller, command)
    async with beyond_scope(work):
        ids = [worker.id, *await workers.merged_into(work, worker.id)]
        one = _named(await sets_of(work.raw, sealer, ids), command.record_id)
        await answers.lock(work, one.record_id)
        [one] = await sets_of(work.raw, sealer, [one.record_id])
        revised = _revised(checks, caller, one, command.given)
        before = replaced(one.answers, revised)
        if not before:
            return
        author = revisions.by(caller, Act.ANSWERS_CHANGED)
        await answers.save(work, sealer, one, (revised, before, author))
    changed = worker.changed(worker.particulars, work.now)
    await workers.save(work, sealer, changed, author)
    await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id), fields=list(before))
    work.publish(WorkerChanged(worker_id=worker.id, unit_id=worker.unit_id, version=changed.version), path=worker.path)


async def _on_record(work: Work, sealer: Sealer, caller: Caller, command: ChangeAnswers) -> Worker:
    worker = await workers.find_for_change(work, sealer, command.worker_id)
    if worker is None or (sees_only_own_captures(caller.office) and worker.captured_by != caller.eyes):
        raise Refusal(NOT_FOUND)
    command.require_version(worker)
    if worker.status is Status.MERGED:
        raise Refusal(WORKER_MERGED, "Change the record that was kept, whose id stands in merged_into.")
    if worker.status is not Status.ACTIVE:
        raise Refusal(WORKER_WITHDRAWN, "Of who is not on record no answers are kept.")
    return worker


def _named(sets: list[AnswerSet], record_id: UUID | None) -> AnswerSet:
    asked = [one for one in sets if one.definition is not None and record_id in {None, one.record_id}]
    if len(asked) != 1:
        accepted = "the record_id of one of the worker's sets of answers; with exactly one it may be left out"
        raise Refusal(INVALID_INPUT, _MENDING, errors=[Pointer("/record_id", accepted)])
    return asked[0]


def _revised(checks: AnswerChecks, caller: Caller, one: AnswerSet, given: Answers) -> Answers:
    assert one.form_version_id is not None  # noqa: S101 - a definition has a version.
    seen = seen_in(one, caller.field_classes)
    faults = [
        Pointer(f"/answers/{name[:60]}", "a question of this form whose answer your office sees")
        for name in given
        if name not in seen
    ]
    revised = corrected(one.answers, given)
    if not faults:
        definition = msgspec.json.encode(one.definition).decode()
        faults = checks.faults(one.form_version_id, definition, one.level, revised)
    if faults:
        raise Refusal(INVALID_INPUT, _MENDING, errors=faults)
    return revised
