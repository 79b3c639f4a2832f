"""A worker asks that their own record goes to another unit, and takes that back: both sides decide, as of any other.

Whoever asks for themself speaks for neither side. A few may wait at a time, so that nobody is asked again and again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import INVALID_INPUT, NOT_FOUND, Pointer, Refusal
from sangathan_chassis.scope import Scope
from sangathan_registry.commands.ask_transfer import Terms, draft, open_place, put_asked
from sangathan_registry.commands.carry_transfer import decided, ended, note
from sangathan_registry.domain.refusals import THERE_ALREADY, TRANSFER_OVER, TRANSFERS_WAIT
from sangathan_registry.domain.transfers import AskedBy, State, Transfer
from sangathan_registry.domain.worker import Status
from sangathan_registry.queries.transfers import Seen, levels_above_both, own_transfers
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import transfers, workers
from sangathan_registry.store.transfers import Standing

MOST_WAITING: Final = 3


@dataclass(frozen=True, slots=True)
class AskOwnTransfer:
    """To which unit, and why; ``worker_id`` says which record, for who is on record twice."""

    to_unit_id: UUID
    cause: str
    worker_id: UUID | None


async def handle(work: Work, terms: Terms, caller: Caller, command: AskOwnTransfer) -> Seen:
    """The transfer that waits; asked again, or by a side before, the same one."""
    async with beyond_scope(work):
        standing = await _standing(work, caller, command.worker_id)
        place = await open_place(work, Scope.everything(), command.to_unit_id)
        if place.unit_id == standing.unit_id:
            raise Refusal(THERE_ALREADY, "Name another unit.")
        transfer = await transfers.waiting(work, standing.worker_id, place.unit_id)
        if transfer is None:
            if await transfers.own_waiting(work, standing.worker_id) >= MOST_WAITING:
                raise Refusal(TRANSFERS_WAIT, "Take one back, or wait until one is decided.")
            needed = terms.policy.needed(await levels_above_both(work, standing.path, place.path))
            asked = draft(work, terms, caller, (standing, place, command.cause))
            asked = replace(asked, asked_from=AskedBy.WORKER, asked_office="", waits_for=needed)
            transfer = await put_asked(work, caller, asked)
    return next(one for one in await listed(work, caller) if one.transfer.id == transfer.id)


async def listed(work: Work, caller: Caller) -> Sequence[Seen]:
    """The latest transfers of the person's own records, whoever asked for them; raises when there is no record."""
    async with beyond_scope(work):
        own = await _own(work, caller)
        return await own_transfers(work, own)


async def take_back(work: Work, caller: Caller, transfer_id: UUID) -> Seen:
    """Takes back what the person has asked; what they have taken back already changes nothing."""
    async with beyond_scope(work):
        own = await _own(work, caller)
        seen = next((one for one in await own_transfers(work, own) if one.transfer.id == transfer_id), None)
        if seen is None or seen.transfer.asked_from is not AskedBy.WORKER:
            raise Refusal(NOT_FOUND)
        await transfers.lock_worker(work, seen.transfer.worker_id)
        transfer = await transfers.lock(work, transfer_id)
        if transfer is not None and transfer.state is not State.TAKEN_BACK:
            await _end(work, caller, transfer)
        return next(one for one in await own_transfers(work, own) if one.transfer.id == transfer_id)


async def _end(work: Work, caller: Caller, transfer: Transfer) -> None:
    if transfer.state_at(work.now) is not State.ASKED:
        raise Refusal(TRANSFER_OVER, "It was decided, or has lapsed.")
    over = decided(transfer, caller, State.TAKEN_BACK, work)
    await transfers.save(work, over)
    await note(work, caller, over)
    work.publish(ended(over, None), path=over.path)


async def _own(work: Work, caller: Caller) -> list[UUID]:
    found = await workers.of_person(work, caller.person)
    if not found:
        raise Refusal(NOT_FOUND)
    return found


async def _standing(work: Work, caller: Caller, worker_id: UUID | None) -> Standing:
    own = await _own(work, caller)
    if worker_id is not None and worker_id not in own:
        raise Refusal(NOT_FOUND)
    locked = [await transfers.lock_worker(work, one) for one in sorted(own) if worker_id in {None, one}]
    found = [one for one in locked if one is not None and one.status is Status.ACTIVE]
    if not found:
        raise Refusal(NOT_FOUND)
    if len(found) > 1:
        wanted = Pointer("/worker_id", "the id of one of your own records, of which there are several")
        raise Refusal(INVALID_INPUT, "Each error names the place and what would be accepted.", errors=[wanted])
    return found[0]
