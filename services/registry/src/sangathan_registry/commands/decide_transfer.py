"""Answers a transfer that waits: agrees, declines, or takes back what the own side asked."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_registry.commands.carry_transfer import agree_for_one, carry, decided, ended, note
from sangathan_registry.domain.refusals import TRANSFER_OVER, UNIT_CLOSED
from sangathan_registry.domain.transfers import (
    OUTCOMES,
    Answer,
    State,
    Transfer,
    has_answered,
    refuse_answer,
    sides_of,
)
from sangathan_registry.domain.worker import Status
from sangathan_registry.queries.transfers import find_transfer
from sangathan_registry.queries.units import find_places
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import transfers
from sangathan_registry.store.transfers import Standing


@dataclass(frozen=True, slots=True)
class DecideTransfer:
    """Which transfer, and what is said to it."""

    transfer_id: UUID
    answer: Answer


async def handle(work: Work, caller: Caller, command: DecideTransfer) -> None:
    """Keeps the answer, and does what it says; the same answer again changes nothing."""
    seen = await find_transfer(work, command.transfer_id)
    if seen is None:
        raise Refusal(NOT_FOUND)
    async with beyond_scope(work):
        standing = await transfers.lock_worker(work, seen.transfer.worker_id)
        transfer = await transfers.lock(work, command.transfer_id)
        if standing is None or transfer is None:
            raise Refusal(NOT_FOUND)
        if transfer.state is OUTCOMES[command.answer]:
            return
        sides = sides_of(caller.scope.contains, transfer.path, transfer.to_path)
        if has_answered(transfer, command.answer, sides):
            return
        refuse_answer(transfer, command.answer, sides, work.now)
        if command.answer is not Answer.AGREE:
            await _end(work, caller, transfer, OUTCOMES[command.answer])
        elif waits_for := transfer.waits_for - sides:
            await agree_for_one(work, caller, transfer, waits_for)
        else:
            await _agree(work, caller, transfer, standing)


async def _agree(work: Work, caller: Caller, transfer: Transfer, standing: Standing) -> None:
    if standing.status is not Status.ACTIVE or standing.unit_id == transfer.to_unit_id:
        raise Refusal(TRANSFER_OVER, "The worker is not on record, or at that unit already.")
    place = (await find_places(work.raw, work.scope, [transfer.to_unit_id])).get(transfer.to_unit_id)
    if place is None or place.closed:
        raise Refusal(UNIT_CLOSED, "Ask anew for the unit that took its place.")
    agreed = decided(transfer, caller, State.AGREED, work)
    await transfers.save(work, agreed)
    await note(work, caller, agreed)
    await carry(work, caller, agreed, standing)


async def _end(work: Work, caller: Caller, transfer: Transfer, state: State) -> None:
    over = decided(transfer, caller, state, work)
    await transfers.save(work, over)
    await note(work, caller, over)
    work.publish(ended(over, None), path=over.path)
