"""Gathers everything held about a person, for that person: by their office, or by themselves; on the trail."""

from collections.abc import Sequence
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.refusals import RECORD_HELD, WORKER_MERGED
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.queries.access_file import Rows, everything_held
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import audit, workers

EVERYTHING = ("contact", "open", "sensitive")


async def handle(work: Work, sealer: Sealer, caller: Caller, worker_id: UUID) -> dict[str, Rows]:
    """For an office-bearer whom the person asked; what was merged into the record comes with it."""
    worker = await workers.find(work, sealer, worker_id)
    if worker is None:
        raise Refusal(NOT_FOUND)
    if worker.status is Status.MERGED:
        raise Refusal(WORKER_MERGED, "Name the record that was kept, whose id stands in merged_into.")
    if worker.status is Status.HELD:
        raise Refusal(RECORD_HELD, "It is out of sight until the grievance that it belongs to is decided.")
    return await _gather(work, caller, [worker])


async def handle_own(work: Work, sealer: Sealer, caller: Caller) -> dict[str, Rows]:
    """For the person, every record by which they are known; raises a refusal when there is none."""
    async with beyond_scope(work):
        own = [await workers.find(work, sealer, one) for one in await workers.of_person(work, caller.person)]
        found = [one for one in own if one is not None]
        if not found:
            raise Refusal(NOT_FOUND)
        return await _gather(work, caller, found)


async def _gather(work: Work, caller: Caller, records: Sequence[Worker]) -> dict[str, Rows]:
    subjects = [audit.Subject(one.unit_id, one.path, one.id) for one in records]
    await audit.note_all(work, caller, subjects, fields=EVERYTHING)
    async with beyond_scope(work):
        ids: list[UUID] = [one.id for one in records]
        for one in records:
            ids += await workers.merged_into(work, one.id)
        return await everything_held(work.raw, ids)
