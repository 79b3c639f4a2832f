"""Keeps the signature or photo by which somebody agreed without network; it may come before, with or after the record.

Whoever sends the same file again changes nothing, however often. One that a record has is not replaced: whoever keeps
consents takes a wrong one away first.
"""

import asyncio
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Database, Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_registry.commands.redraw_pictures import PicturePool
from sangathan_registry.domain.consent_evidence import FRAMES, MOST_WAITING, ConsentEvidence, Kind
from sangathan_registry.domain.refusals import CONSENT_EVIDENCE_KEPT, CONSENT_EVIDENCE_WAITS, WORKER_WITHDRAWN
from sangathan_registry.domain.vistarak import sees_only_own_captures
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.store import audit, consent_evidence, erasures, turns, workers

_JOIN_LOCK: Final = 7_305_151
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class KeepConsentEvidence:
    """Whose, what, and the file as it was sent."""

    worker_id: UUID
    kind: Kind
    content: bytes


async def handle(
    work: Work, tools: tuple[Sealer, PicturePool], caller: Caller, command: KeepConsentEvidence
) -> ConsentEvidence:
    """What is kept; it waits while the record has not come, or lies where the caller does not see it."""
    sealer, pool = tools
    index = consent_evidence.PICTURES.sent_index(sealer, command.content)
    worker = await _record(work, sealer, caller, command)
    if same := await _kept(work, caller, command, (index, worker)):
        return same
    # Nobody waits for the record while the picture is drawn, and so all is asked once more after it.
    picture = await pool.redrawn(command.content, FRAMES[command.kind])
    worker = await _record(work, sealer, caller, command, lock=True)
    if same := await _kept(work, caller, command, (index, worker)):
        return same
    evidence_id = uuid7()
    one = ConsentEvidence(
        worker_id=command.worker_id,
        kind=command.kind,
        id=evidence_id,
        sealed=consent_evidence.PICTURES.seal(sealer, evidence_id, picture.content),
        sent_index=index,
        width=picture.width,
        height=picture.height,
        size=len(picture.content),
        put_by=caller.person,
        put_at=work.now,
        waiting=worker is None,
    )
    await _keep(work, caller, one, worker)
    return one


async def _keep(work: Work, caller: Caller, one: ConsentEvidence, worker: Worker | None) -> None:
    if worker is not None:
        await consent_evidence.put(work, one)
        await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id), fields=[one.kind])
        return
    if await consent_evidence.waiting_of(work, caller.person) >= MOST_WAITING:
        raise Refusal(CONSENT_EVIDENCE_WAITS, "Send the records first.", headers={"retry-after": "60"})
    await consent_evidence.let_wait(work, one, work.scope.lo)


async def _record(
    work: Work, sealer: Sealer, caller: Caller, command: KeepConsentEvidence, *, lock: bool = False
) -> Worker | None:
    """The record; None when none is in sight, and a refusal when it is no more."""
    if await erasures.erased_among(work, [command.worker_id]):
        raise Refusal(WORKER_WITHDRAWN, "Its person had this record erased; nothing is kept of it.")
    find = workers.find_for_change if lock else workers.find
    worker = await find(work, sealer, command.worker_id)
    # What somebody else captured is not a vistarak's to know of, and so reads as what has not come.
    if worker is None or (sees_only_own_captures(caller.office) and worker.captured_by != caller.eyes):
        return None
    # A merged record keeps its own consents, and what shows them.
    if worker.status not in {Status.ACTIVE, Status.MERGED}:
        raise Refusal(WORKER_WITHDRAWN, "Of who is not on record nothing is kept.")
    return worker


async def _kept(
    work: Work, caller: Caller, command: KeepConsentEvidence, sent: tuple[bytes, Worker | None]
) -> ConsentEvidence | None:
    index, worker = sent
    own = None if worker is None else await consent_evidence.find(work, worker.id, command.kind)
    if own is None:
        waits = await consent_evidence.find_waiting(work, command.worker_id, command.kind, caller.person)
        return waits if worker is None and waits is not None and waits.sent_index == index else None
    if own.sent_index != index:
        raise Refusal(CONSENT_EVIDENCE_KEPT, "The record has one; it stays, and another is not put in its place.")
    return own


async def keep_joining(database: Database, every_s: float) -> None:
    """Rests, then gives records that have come what waited for them."""
    while True:
        await asyncio.sleep(every_s)
        while await join_some(database) == _AT_ONCE:
            pass


async def join_some(database: Database) -> int:
    """Looks at up to 500 that wait and whose record has come; gives how many, or 0 while another process does."""
    async with database.work(Scope.everything()) as work:
        mine = await turns.mine(work.raw, _JOIN_LOCK)
        return await consent_evidence.join_some(work.raw, _AT_ONCE) if mine else 0
