"""Reads and answers a grievance; one that denies a record decides whether that comes back or is erased."""

from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import INVALID_INPUT, NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import GrievanceAnswered, WorkerChanged
from sangathan_registry.commands import ask_erasure
from sangathan_registry.domain.grievances import NOT_ME, Decision, Grievance
from sangathan_registry.domain.particulars import fault
from sangathan_registry.domain.refusals import DECIDED, SECOND_PERSON_NEEDED
from sangathan_registry.domain.revisions import Act
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import (
    audit,
    belongings,
    capsules,
    confirmations,
    counts,
    denials,
    grievances,
    revisions,
    workers,
)
from sangathan_registry.store.grievances import Answered


@dataclass(frozen=True, slots=True)
class AnswerGrievance:
    """Which grievance, the answer in Hindi or English or both, and for "this is not me" what was found."""

    grievance_id: UUID
    answer: dict[str, str]
    decision: Decision | None
    erasure_days: int


def about(grievance: Grievance) -> str:
    """How the trail names a grievance: by its reference, which says nothing about anybody."""
    return f"grievance {grievance.reference}"


async def read(work: Work, sealer: Sealer, caller: Caller, grievance_id: UUID) -> Grievance:
    """The grievance with what was told; the reading is on the trail."""
    grievance = await grievances.find(work, sealer, grievance_id)
    if grievance is None:
        raise Refusal(NOT_FOUND)
    await audit.note(work, caller, audit.Subject(grievance.unit_id, grievance.path), purpose=about(grievance))
    return grievance


async def handle(work: Work, sealer: Sealer, caller: Caller, command: AnswerGrievance) -> Grievance:
    """The answered grievance; whoever recorded somebody does not decide whether they did so rightly."""
    grievance = await grievances.find(work, sealer, command.grievance_id, lock=True)
    if grievance is None:
        raise Refusal(NOT_FOUND)
    if grievance.status != "open":
        raise Refusal(DECIDED, "This grievance has been answered.")
    if (grievance.kind == NOT_ME) != (command.decision is not None):
        raise Refusal(INVALID_INPUT, "Each error names the place and what would be accepted.", errors=[fault("found")])
    if command.decision is not None:
        await _decide(work, sealer, caller, (grievance, command.decision, command.erasure_days))
    answered = Answered(command.answer, command.decision, caller.person)
    await grievances.answer(work, sealer, grievance.id, answered)
    await audit.note(work, caller, audit.Subject(grievance.unit_id, grievance.path), purpose=about(grievance))
    event = GrievanceAnswered(
        grievance_id=grievance.id, unit_id=grievance.unit_id, kind=grievance.kind, person_id=grievance.person_id
    )
    work.publish(event, path=grievance.path)
    found = await grievances.find(work, sealer, grievance.id)
    if found is None:
        raise LookupError
    return found


async def _decide(work: Work, sealer: Sealer, caller: Caller, what: tuple[Grievance, Decision, int]) -> None:
    grievance, decision, erasure_days = what
    held = await denials.waiting(work, grievance.id)
    if held is None:
        raise Refusal(DECIDED, "What was held has been decided upon.")
    if held["captured_by"] == caller.person:
        raise Refusal(SECOND_PERSON_NEEDED, "Somebody else decides about what you have recorded.")
    worker = await _put_back(work, sealer, caller, (held, decision))
    await denials.decide(work, grievance.id, decision, caller.person)
    if decision is Decision.ERASED:
        async with beyond_scope(work):
            await ask_erasure.handle(work, sealer, caller, ask_erasure.AskErasure(worker.id, erasure_days))


async def _put_back(work: Work, sealer: Sealer, caller: Caller, what: tuple[asyncpg.Record, Decision]) -> Worker:
    held, decision = what
    capsule = capsules.unseal(sealer, held["sealed"], place=capsules.HELD)
    restored: list[Worker] = []
    async with beyond_scope(work):
        for kept in capsule.records:
            tombstone = await workers.find_for_change(work, sealer, kept.id)
            if tombstone is not None:
                back = kept.restored(tombstone, work.now)
                if decision is Decision.WRONG_NUMBER:
                    back = replace(back, particulars=replace(back.particulars, phone=None))
                await workers.save(work, sealer, back, revisions.by(caller, Act.RESTORED))
                restored.append(back)
        await belongings.give_back(work, capsule)
        first = restored[0]
        if decision is not Decision.ERASED:
            await confirmations.put_back(work, first.id, has_phone=first.particulars.phone is not None)
    if first.status is Status.ACTIVE:
        await counts.add_deltas(work, {first.path: 1})
    await audit.note(work, caller, audit.Subject(first.unit_id, first.path, first.id))
    work.publish(WorkerChanged(worker_id=first.id, unit_id=first.unit_id, version=first.version), path=first.path)
    return first
