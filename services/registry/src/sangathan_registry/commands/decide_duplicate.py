"""Decides that two records tell of one person and merges them, or that they do not; a merge can be undone exactly."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import INVALID_INPUT, NOT_FOUND, Pointer, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import MergeUndone, WorkerMerged
from sangathan_registry.commands import follow_cards, follow_photos
from sangathan_registry.domain import merging
from sangathan_registry.domain.confirmations import How
from sangathan_registry.domain.refusals import DECIDED, MERGE_STANDS_NO_MORE
from sangathan_registry.domain.revisions import Act
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import audit, confirmations, counts, duplicates, revisions, sealed, workers
from sangathan_registry.store.duplicates import Decision


@dataclass(frozen=True, slots=True)
class DecideDuplicate:
    """Which pair, and which of the two records is kept; none when they tell of two people."""

    duplicate_id: UUID
    keep: UUID | None


@dataclass(frozen=True, slots=True)
class UndoMerge:
    """Which pair, and why."""

    duplicate_id: UUID
    reason: str


async def handle(work: Work, sealer: Sealer, caller: Caller, command: DecideDuplicate) -> None:
    """Keeps the decision and does what it says; refuses a pair decided before, and one out of scope as missing."""
    pair = await _open_pair(work, command.duplicate_id)
    one, other = [await _on_record(work, sealer, pair[side]) for side in ("one", "other")]
    if command.keep is None:
        await duplicates.decide(work, pair["id"], Decision("different"), caller.person)
    elif command.keep in {one.id, other.id}:
        kept, merged = (one, other) if command.keep == one.id else (other, one)
        await _merge(work, sealer, caller, (pair["id"], kept, merged))
    else:
        wanted = Pointer("/keep", "the id of one of the two records; or null when they are different people")
        raise Refusal(INVALID_INPUT, "Each error names the place and what would be accepted.", errors=[wanted])
    for worker in (one, other):
        await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id))


async def undo(work: Work, sealer: Sealer, caller: Caller, command: UndoMerge) -> None:
    """Takes a merged record out again, and back what the other took over; refuses when either has ended since."""
    pair = await duplicates.lock(work, command.duplicate_id)
    if pair is None:
        raise Refusal(NOT_FOUND)
    if pair["status"] != "merged":
        raise Refusal(DECIDED, "This pair is not merged.")
    merged_id = pair["other"] if pair["kept"] == pair["one"] else pair["one"]
    kept = await workers.find_for_change(work, sealer, pair["kept"])
    merged = await workers.find_for_change(work, sealer, merged_id)
    if kept is None or merged is None or kept.status is not Status.ACTIVE or merged.merged_into != kept.id:
        raise Refusal(MERGE_STANDS_NO_MORE, "A record was withdrawn, or merged further: undo the later merge first.")
    taken: dict[str, Any] = msgspec.json.decode(sealed.open_adopted(sealer, pair["adopted"]))
    moved, copied = taken.pop("cards", {}), taken.pop("photo", None)
    person_id = None if taken.pop("person_id", None) == str(kept.person_id) else kept.person_id
    given_back = replace(kept.changed(merging.given_back(kept.particulars, taken), work.now), person_id=person_id)
    await workers.save(work, sealer, given_back, revisions.by(caller, Act.GAVE_BACK))
    await workers.save(work, sealer, merged.parted(work.now), revisions.by(caller, Act.PARTED))
    await _unconfirm(work, (kept, given_back, merged), pair["decided_at"])
    await follow_cards.part(work, (kept, merged), moved, caller.person)
    await follow_photos.part(work, kept.id, copied)
    await counts.add_deltas(work, {merged.path: 1})
    await duplicates.undo(work, pair["id"], caller.person)
    for worker in (kept, merged):
        await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id), purpose=command.reason)
    event = MergeUndone(kept_id=kept.id, merged_id=merged.id, unit_id=merged.unit_id, version=merged.version + 1)
    work.publish(event, path=merged.path)


async def _unconfirm(work: Work, parted: tuple[Worker, Worker, Worker], since: datetime) -> None:
    """Whoever confirmed meanwhile by what is given back, or by the other record's sign-in, spoke of that one."""
    kept, given_back, merged = parted
    has_phone = given_back.particulars.phone is not None
    if (kept.person_id, kept.particulars.phone) != (given_back.person_id, given_back.particulars.phone):
        await confirmations.unconfirm(work, kept.id, since, has_phone=has_phone)
        return
    async with beyond_scope(work):
        others = await workers.who_signs_in(work, merged.id) - await workers.who_signs_in(work, kept.id)
    if others:
        await confirmations.unconfirm(work, kept.id, since, has_phone=has_phone, how=How.SIGNED_IN)


async def _open_pair(work: Work, duplicate_id: UUID) -> asyncpg.Record:
    pair = await duplicates.lock(work, duplicate_id)
    if pair is None:
        raise Refusal(NOT_FOUND)
    if pair["status"] != "open":
        raise Refusal(DECIDED, "This pair has been decided upon.")
    return pair


async def _on_record(work: Work, sealer: Sealer, worker_id: UUID) -> Worker:
    worker = await workers.find_for_change(work, sealer, worker_id)
    if worker is None or worker.status is not Status.ACTIVE:
        raise Refusal(NOT_FOUND)
    return worker


async def _merge(work: Work, sealer: Sealer, caller: Caller, what: tuple[UUID, Worker, Worker]) -> None:
    duplicate_id, kept, merged = what
    taken = merging.adopted(kept.particulars, merged.particulars)
    revised = kept.changed(merging.with_adopted(kept.particulars, taken), work.now)
    if kept.person_id is None and merged.person_id is not None:
        revised = replace(revised, person_id=merged.person_id)
        taken["person_id"] = str(merged.person_id)
    await workers.save(work, sealer, revised, revisions.by(caller, Act.TOOK_OVER))
    await workers.save(work, sealer, merged.merged(kept, work.now), revisions.by(caller, Act.MERGED))
    await counts.add_deltas(work, {merged.path: -1})
    if moved := await follow_cards.merge(work, kept, merged, caller.person):
        taken["cards"] = moved
    if copied := await follow_photos.merge(work, sealer, revised, merged):
        taken["photo"] = copied
    adopted = sealed.seal_adopted(sealer, msgspec.json.encode(taken).decode())
    await duplicates.decide(work, duplicate_id, Decision("merged", kept.id, adopted), caller.person)
    event = WorkerMerged(kept_id=kept.id, merged_id=merged.id, unit_id=merged.unit_id, version=merged.version + 1)
    work.publish(event, path=merged.path)
