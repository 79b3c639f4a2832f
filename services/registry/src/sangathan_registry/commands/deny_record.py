"""Somebody says that a record is not about them: it is out of sight at once, until the unit above has decided.

As with an erasure the record goes, sealed, into what holds it, so that no list, search or job can show it. Nobody below
the unit that decides sees who said so; that it was said of somebody's capture stays, for who looks after a drive.
"""

from typing import Final
from uuid import UUID

from sangathan_chassis.audit import Entry, append
from sangathan_chassis.database import Database, Work
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import RecordDenied, WorkerChanged
from sangathan_hierarchy.ddl import TREE_LOCK
from sangathan_registry.commands.file_grievance import Filed, Told, Way, file, of_way
from sangathan_registry.domain.grievances import NOT_ME
from sangathan_registry.domain.refusals import CODE_NOT_GOOD
from sangathan_registry.domain.revisions import Act, Author
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.queries.grievances import office_above
from sangathan_registry.store import belongings, capsules, confirmations, counts, denials, workers
from sangathan_registry.store.denials import Denial

DENIED: Final = "record.deny"


async def handle(database: Database, sealer: Sealer, way: Way) -> Filed:
    """The grievance at the unit above; said again, by the same link, the same one."""
    worker_id = await of_way(database, sealer, way)
    async with database.work(Scope.everything()) as work:
        await work.raw.execute("SELECT pg_advisory_xact_lock_shared($1)", TREE_LOCK)
        worker = await workers.find_for_change(work, sealer, worker_id)
        if way.link is not None:
            said = await denials.by_link(work, confirmations.link_hash(way.link))
            if said is not None and said["reference"] is not None:
                return Filed(said["reference"], None, said["due_at"])
        if worker is None or worker.status is not Status.ACTIVE:
            raise Refusal(CODE_NOT_GOOD)
        return await _hold(work, sealer, worker, "link" if way.code is None else "code")


async def _hold(work: Work, sealer: Sealer, worker: Worker, source: str) -> Filed:
    place = await office_above(work.raw, worker.unit_id)
    grievance, filed = await file(work, sealer, worker, (Told(NOT_ME, None), source), place=place)
    records = [worker]
    for merged_id in await workers.merged_into(work, worker.id):
        merged = await workers.find_for_change(work, sealer, merged_id)
        records += [merged] if merged is not None else []
    ids: list[UUID] = [one.id for one in records]
    held = capsules.seal(sealer, records, await belongings.take(work, ids), place=capsules.HELD)
    await confirmations.deny(work, worker.id)
    for one in records:
        await workers.save(work, sealer, one.held(work.now), Author(Act.HELD, None, None, ""))
    await counts.add_deltas(work, {worker.path: -1})
    await denials.put(work, worker, Denial(grievance.id, (place.unit_id, place.path), ids, held))
    await _tell(work, worker, (grievance.id, place.unit_id, place.path))
    detail = {"reference": grievance.reference, "worker_id": str(worker.id)}
    await append(work, Entry(DENIED, "done", path=place.path, unit_id=place.unit_id, detail=detail))
    return filed


async def _tell(work: Work, worker: Worker, what: tuple[UUID, UUID, str]) -> None:
    grievance_id, unit_id, path = what
    denied = RecordDenied(
        worker_id=worker.id, unit_id=unit_id, grievance_id=grievance_id, captured_by=worker.captured_by
    )
    work.publish(denied, path=path)
    changed = WorkerChanged(worker_id=worker.id, unit_id=worker.unit_id, version=worker.version + 1)
    work.publish(changed, path=worker.path)
