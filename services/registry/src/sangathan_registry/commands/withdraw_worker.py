"""Takes a worker off the record: nothing personal remains, and every service is told."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import WorkerWithdrawn
from sangathan_registry.commands import follow_cards
from sangathan_registry.domain.refusals import RECORD_HELD, WORKER_MERGED
from sangathan_registry.domain.revisions import Act, Author
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import (
    answers,
    audit,
    cases,
    consent_evidence,
    counts,
    duplicates,
    imports,
    photos,
    receipts,
    revisions,
    workers,
)


@dataclass(frozen=True, slots=True)
class WithdrawWorker:
    """Which record, and why."""

    worker_id: UUID
    reason: str


async def handle(work: Work, sealer: Sealer, caller: Caller, command: WithdrawWorker) -> Worker:
    """The tombstone; withdrawing again changes nothing."""
    worker = await workers.find_for_change(work, sealer, command.worker_id)
    if worker is None:
        raise Refusal(NOT_FOUND)
    if worker.status in {Status.WITHDRAWN, Status.ERASED}:
        return worker
    if worker.status is Status.HELD:
        raise Refusal(RECORD_HELD, "It waits for a decision about the grievance that it belongs to.")
    if worker.status is Status.MERGED:
        raise Refusal(WORKER_MERGED, "Withdraw the record that was kept, whose id stands in merged_into.")
    # First, while the record still says whom it is about.
    await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id), purpose=command.reason)
    tombstone = worker.withdrawn(work.now)
    author = revisions.by(caller, Act.WITHDRAWN)
    await workers.save(work, sealer, tombstone, author)
    await workers.withdraw_consents(work, worker.id, work.now)
    await follow_cards.withdraw(work, worker, caller.person)
    await _withdraw_merged(work, sealer, worker, (author, caller.person))
    await counts.add_deltas(work, {worker.path: -1})
    work.publish(
        WorkerWithdrawn(worker_id=worker.id, unit_id=worker.unit_id, version=tombstone.version), path=worker.path
    )
    return tombstone


async def _withdraw_merged(work: Work, sealer: Sealer, kept: Worker, by: tuple[Author, UUID]) -> None:
    """What was merged into the record tells of the same person, wherever it stands, and goes with it."""
    async with beyond_scope(work):
        merged = await workers.merged_into(work, kept.id)
        for worker_id in merged:
            worker = await workers.find_for_change(work, sealer, worker_id)
            if worker is not None:
                await workers.save(work, sealer, worker.withdrawn(work.now), by[0])
                await workers.withdraw_consents(work, worker.id, work.now)
                await follow_cards.withdraw(work, worker, by[1])
        await photos.take(work, [kept.id, *merged])
        await consent_evidence.take(work, [kept.id, *merged])
        await answers.forget(work.raw, [kept.id, *merged])
        await duplicates.forget_adopted(work.raw, [kept.id, *merged])
        await cases.forget_workers(work.raw, [kept.id, *merged])
        await imports.forget_workers(work.raw, [kept.id, *merged])
        await receipts.forget_workers(work.raw, [kept.id, *merged])
