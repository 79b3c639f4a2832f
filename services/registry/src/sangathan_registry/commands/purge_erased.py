"""The job that purges erased records on their date, and what keeps the other services' reports."""

import asyncio
from typing import Final
from uuid import UUID

from sangathan_chassis.audit import Entry, append
from sangathan_chassis.database import Database, Work
from sangathan_chassis.scope import Scope
from sangathan_contracts.identity import PersonErased as ErasedInIdentity
from sangathan_contracts.notify import PersonErased as ErasedInNotify
from sangathan_contracts.registry import WorkerErased
from sangathan_contracts.workshops import PersonErased as ErasedInWorkshops
from sangathan_registry.domain.erasure import Erasure, report_hash
from sangathan_registry.store import erasures, turns

PURGED: Final = "worker.purge"
"""The trail's word for what the job does; nobody may ask for it."""

_PURGE_LOCK = 7_305_120
_AT_ONCE = 100

Report = ErasedInIdentity | ErasedInNotify | ErasedInWorkshops


async def keep_purging(database: Database, every_s: float) -> None:
    """Rests, then purges what is due; whatever fails is tried again by whoever keeps background jobs running."""
    while True:
        await asyncio.sleep(every_s)
        while await purge_some(database) == _AT_ONCE:
            pass


async def purge_some(database: Database) -> int:
    """Purges up to a hundred erasures that are due; gives how many, or 0 while another process does."""
    async with database.work(Scope.everything()) as work:
        mine = await turns.mine(work.raw, _PURGE_LOCK)
        found = await erasures.due(work, _AT_ONCE) if mine else []
        for erasure in found:
            await _purge(work, erasure)
    return len(found)


async def _purge(work: Work, erasure: Erasure) -> None:
    removed = await erasures.purge(work, erasure)
    await erasures.withdraw_consents(work, erasure)
    told = await erasures.of_these_alone(work, erasure)
    proof = erasure.proof(work.now, removed)
    await erasures.purged(work, erasure.id, proof, removed)
    detail = {"erasure_id": str(erasure.id), "proof": proof.hex()}
    await append(
        work,
        Entry(PURGED, "done", subject_id=erasure.worker_id, path=erasure.path, detail=detail, unit_id=erasure.unit_id),
    )
    event = WorkerErased(
        erasure_id=erasure.id,
        worker_id=erasure.worker_id,
        merged_ids=erasure.merged_ids,
        person_id=erasure.person_id if erasure.person_id in told else None,
        merged_person_ids=tuple(one for one in told if one != erasure.person_id),
        unit_id=erasure.unit_id,
    )
    work.publish(event, path=erasure.path)


async def keep_report(work: Work, service: str, report: Report) -> bool:
    """Keeps what a service purged, bound to the proof; False for an erasure that is not known here."""
    erasure_id: UUID = report.erasure_id
    proof = await erasures.proof_of(work, erasure_id)
    if proof is None:
        return False
    hash_ = report_hash(proof, service, report.at, report.removed)
    await erasures.report(work, erasure_id, service, at=report.at, removed=report.removed, hash_=hash_)
    return True
