"""Takes an erasure back before its date: the records are as they were, in the units where they stand by now."""

from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import WorkerChanged
from sangathan_registry.domain.erasure import Erasure
from sangathan_registry.domain.revisions import Act
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import audit, belongings, capsules, counts, erasures, revisions, workers


async def handle(work: Work, sealer: Sealer, caller: Caller, erasure_id: UUID) -> None:
    """For an office-bearer whom the person asked; what is purged, undone or out of scope reads as missing."""
    erasure = await erasures.waiting(work, erasure_id)
    if erasure is None:
        raise Refusal(NOT_FOUND)
    await _restore(work, sealer, caller, erasure)


async def handle_own(work: Work, sealer: Sealer, caller: Caller) -> None:
    """For the person: every erasure of theirs that waits; raises a refusal when none does."""
    async with beyond_scope(work):
        own = await erasures.waiting_of(work, caller.person)
        if not own:
            raise Refusal(NOT_FOUND)
        for erasure in own:
            await _restore(work, sealer, caller, erasure)


async def _restore(work: Work, sealer: Sealer, caller: Caller, erasure: Erasure) -> None:
    if erasure.sealed is None:
        raise LookupError
    capsule = capsules.unseal(sealer, erasure.sealed)
    async with beyond_scope(work):
        restored = []
        for kept in capsule.records:
            tombstone = await workers.find_for_change(work, sealer, kept.id)
            if tombstone is not None:
                restored.append(kept.restored(tombstone, work.now))
                await workers.save(work, sealer, restored[-1], revisions.by(caller, Act.RESTORED))
        await belongings.give_back(work, capsule)
        await erasures.undone(work, erasure, caller.person)
    await _announce(work, caller, restored[0])


async def _announce(work: Work, caller: Caller, worker: Worker) -> None:
    if worker.status is Status.ACTIVE:
        await counts.add_deltas(work, {worker.path: 1})
    await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id))
    event = WorkerChanged(worker_id=worker.id, unit_id=worker.unit_id, version=worker.version)
    work.publish(event, path=worker.path)
