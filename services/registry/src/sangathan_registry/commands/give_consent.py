"""Gives and takes back consent one purpose at a time; taking back membership takes the record off."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import ConsentChanged
from sangathan_registry.commands import withdraw_worker
from sangathan_registry.domain.consent import MEMBERSHIP, Consent
from sangathan_registry.domain.refusals import WORKER_MERGED, WORKER_WITHDRAWN
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import audit, consents, workers


@dataclass(frozen=True, slots=True)
class GiveConsent:
    """Which record, and to what its person has agreed."""

    worker_id: UUID
    consent: Consent


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Which record, and for which purpose."""

    worker_id: UUID
    purpose: str


async def handle(work: Work, sealer: Sealer, caller: Caller, command: GiveConsent) -> list[asyncpg.Record]:
    """All of the record's artefacts; one that stands is not given again."""
    worker = await _on_record(work, sealer, command.worker_id)
    if await consents.give(work, consents.Given(worker, command.consent)):
        await _tell(work, caller, worker, (command.consent.purpose, True))
    return await consents.of_worker(work, worker.id)


async def read(work: Work, sealer: Sealer, caller: Caller, worker_id: UUID) -> list[asyncpg.Record]:
    """All of the record's artefacts; the reading is on the trail."""
    worker = await workers.find(work, sealer, worker_id)
    if worker is None:
        raise Refusal(NOT_FOUND)
    await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id), fields=["sensitive"])
    return await consents.of_worker(work, worker.id)


async def take_back(work: Work, sealer: Sealer, caller: Caller, command: TakeBack) -> list[asyncpg.Record]:
    """All of the record's artefacts; what was taken back before, or never given, changes nothing."""
    if command.purpose == MEMBERSHIP:
        gone = withdraw_worker.WithdrawWorker(command.worker_id, "consent-withdrawn")
        await withdraw_worker.handle(work, sealer, caller, gone)
        return await consents.of_worker(work, command.worker_id)
    worker = await _on_record(work, sealer, command.worker_id)
    if await consents.withdraw(work, worker.id, command.purpose, work.now):
        await _tell(work, caller, worker, (command.purpose, False))
    return await consents.of_worker(work, worker.id)


async def take_back_own(work: Work, sealer: Sealer, caller: Caller, purpose: str) -> list[asyncpg.Record]:
    """The same for the person, on every record by which they are known, wherever it stands."""
    found: list[asyncpg.Record] = []
    async with beyond_scope(work):
        for worker_id in await _own(work, caller):
            found += await take_back(work, sealer, caller, TakeBack(worker_id, purpose))
    return found


async def own(work: Work, caller: Caller) -> list[asyncpg.Record]:
    """The artefacts of the caller's own records."""
    found: list[asyncpg.Record] = []
    async with beyond_scope(work):
        for worker_id in await _own(work, caller):
            found += await consents.of_worker(work, worker_id)
    return found


async def _own(work: Work, caller: Caller) -> list[UUID]:
    found = await workers.of_person(work, caller.person)
    if not found:
        raise Refusal(NOT_FOUND)
    return found


async def _on_record(work: Work, sealer: Sealer, worker_id: UUID) -> Worker:
    worker = await workers.find_for_change(work, sealer, worker_id)
    if worker is None:
        raise Refusal(NOT_FOUND)
    if worker.status is Status.MERGED:
        raise Refusal(WORKER_MERGED, "Name the record that was kept, whose id stands in merged_into.")
    if worker.status is not Status.ACTIVE:
        raise Refusal(WORKER_WITHDRAWN, "Record the person anew when they agree again.")
    return worker


async def _tell(work: Work, caller: Caller, worker: Worker, change: tuple[str, bool]) -> None:
    purpose, given = change
    subject = audit.Subject(worker.unit_id, worker.path, worker.id)
    await audit.note(work, caller, subject, purpose=purpose, fields=["consent"])
    event = ConsentChanged(
        worker_id=worker.id, unit_id=worker.unit_id, person_id=worker.person_id, purpose=purpose, given=given
    )
    work.publish(event, path=worker.path)
