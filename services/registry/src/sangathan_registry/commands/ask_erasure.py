"""Takes a person's record out of sight at once, to be gone for good on its date; until then it can be taken back."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import WorkerChanged
from sangathan_registry.commands import follow_cards
from sangathan_registry.domain.erasure import Erasure
from sangathan_registry.domain.refusals import RECORD_HELD, WORKER_MERGED
from sangathan_registry.domain.revisions import Act
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import audit, belongings, capsules, cases, counts, erasures, revisions, workers


@dataclass(frozen=True, slots=True)
class AskErasure:
    """Which record, and for how many days it can be taken back."""

    worker_id: UUID
    days: int


async def handle(work: Work, sealer: Sealer, caller: Caller, command: AskErasure) -> None:
    """For an office-bearer whom the person asked; asking again changes nothing."""
    worker = await workers.find_for_change(work, sealer, command.worker_id)
    if worker is None:
        raise Refusal(NOT_FOUND)
    if worker.status is Status.MERGED:
        raise Refusal(WORKER_MERGED, "Erase the record that was kept, whose id stands in merged_into.")
    if worker.status is Status.HELD:
        raise Refusal(RECORD_HELD, "Decide the grievance that it belongs to; that can erase it.")
    if worker.status is not Status.ERASED:
        await _restrict(work, sealer, caller, (worker, command.days, False))


async def handle_own(work: Work, sealer: Sealer, caller: Caller, days: int) -> None:
    """For the person: every record by which they are known; raises a refusal when there is none."""
    async with beyond_scope(work):
        own = await workers.of_person(work, caller.person)
        if not own and not await erasures.waiting_of(work, caller.person):
            raise Refusal(NOT_FOUND)
        for worker_id in own:
            worker = await workers.find_for_change(work, sealer, worker_id)
            if worker is not None:
                await _restrict(work, sealer, caller, (worker, days, True))


async def _restrict(work: Work, sealer: Sealer, caller: Caller, asked: tuple[Worker, int, bool]) -> None:
    worker, days, by_the_person = asked
    # First, while the record still says whom it is about.
    await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id))
    async with beyond_scope(work):
        records = [worker]
        for merged_id in await workers.merged_into(work, worker.id):
            merged = await workers.find_for_change(work, sealer, merged_id)
            records += [merged] if merged is not None else []
        ids = [one.id for one in records]
        await cases.forget_workers(work.raw, ids)
        taken = await belongings.take(work, ids)
        sealed = capsules.seal(sealer, records, taken)
        for one in records:
            await workers.save(work, sealer, one.erased(work.now), revisions.by(caller, Act.ERASED))
            await follow_cards.withdraw(work, one, caller.person)
        erasure = Erasure(
            id=uuid7(),
            worker_id=worker.id,
            record_ids=ids,
            unit_id=worker.unit_id,
            path=worker.path,
            person_id=worker.person_id,
            merged_person_ids=sorted({one.person_id for one in records if one.person_id} - {worker.person_id}),
            sealed=sealed,
            asked_at=work.now,
            purge_at=work.now + timedelta(days=days),
            taken=taken.rows,
        )
        await erasures.insert(work, erasure, asked_by=caller.person, by_the_person=by_the_person)
    if worker.status is Status.ACTIVE:
        await counts.add_deltas(work, {worker.path: -1})
    event = WorkerChanged(worker_id=worker.id, unit_id=worker.unit_id, version=worker.version + 1)
    work.publish(event, path=worker.path)
