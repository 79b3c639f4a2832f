"""Carries a transfer out on which everybody agreed: the worker goes, with all that belongs to the record, in one step.

Whoever reads meanwhile sees the worker at the one unit or at the other, since all of it commits together.
"""

from dataclasses import replace

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_contracts.registry import TransferEnded, WorkerTransferred
from sangathan_registry.commands.match_workers import wait_for_matching
from sangathan_registry.domain.revisions import Act
from sangathan_registry.domain.transfers import AskedBy, Side, State, Transfer
from sangathan_registry.store import audit, keys, rehoming, revisions, transfers
from sangathan_registry.store.transfers import Standing


async def carry(work: Work, caller: Caller, transfer: Transfer, standing: Standing) -> None:
    """Call it within `beyond_scope`, with both locked; the transfer is the agreed one."""
    await wait_for_matching(work)
    await transfers.lapse_others(work, transfer.worker_id)
    ends, paths = (standing.unit_id, transfer.to_unit_id), (standing.path, transfer.to_path)
    author = revisions.by(caller, Act.TRANSFERRED)
    [moved] = await rehoming.rehome_workers(work, ends, paths, [transfer.worker_id], author=author)
    # Compared anew with those who are near it now.
    await keys.follow(work, transfer.worker_id, on_record=True)
    event = WorkerTransferred(
        worker_id=moved.worker_id,
        from_unit_id=transfer.unit_id,
        to_unit_id=transfer.to_unit_id,
        version=moved.version,
        transfer_id=transfer.id,
    )
    work.publish(event, path=transfer.to_path)
    work.publish(ended(transfer, standing), path=transfer.path)


async def agree_for_one(work: Work, caller: Caller, transfer: Transfer, waits_for: frozenset[Side]) -> Transfer:
    """One side has agreed to what the worker asked, and the other is waited for."""
    agreed = replace(transfer, waits_for=waits_for, version=transfer.version + 1)
    await transfers.save(work, agreed)
    await note(work, caller, agreed)
    return agreed


def decided(transfer: Transfer, caller: Caller, state: State, work: Work) -> Transfer:
    """The transfer in its last version, decided by the caller."""
    return replace(
        transfer,
        state=state,
        waits_for=frozenset() if state is State.AGREED else transfer.waits_for,
        decided_by=caller.person,
        decided_office=caller.own_office,
        decided_at=work.now,
        version=transfer.version + 1,
    )


def ended(transfer: Transfer, standing: Standing | None) -> TransferEnded:
    """What is announced when a transfer waits no more; the worker is told of one that was agreed on."""
    told = standing.person_id if standing is not None and transfer.state is State.AGREED else None
    asked_themself = transfer.asked_from is AskedBy.WORKER and transfer.state is State.DECLINED
    return TransferEnded(
        transfer_id=transfer.id,
        unit_id=transfer.unit_id,
        to_unit_id=transfer.to_unit_id,
        state=transfer.state.value,
        person_id=told,
        decided_by=transfer.decided_by or transfer.asked_by,
        version=transfer.version,
        asker_id=transfer.asked_by if asked_themself else None,
    )


async def note(work: Work, caller: Caller, transfer: Transfer) -> None:
    """Puts an act on the trail of both units; the receiving one's names no worker before everybody agreed."""
    agreed = transfer.worker_id if transfer.state is State.AGREED else None
    subjects = [
        audit.Subject(transfer.unit_id, transfer.path, transfer.worker_id),
        audit.Subject(transfer.to_unit_id, transfer.to_path, agreed),
    ]
    await audit.note_all(work, caller, subjects, purpose=f"transfer {transfer.id}")
