"""Asks for a worker's transfer: of the unit that gives them, of the one that is to receive them, or from above both.

From the receiving side a worker is named by what they carry or say: their membership number or phone. Such a question
is counted with those whether somebody is one of ours, and answered with no more than they are.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_contracts.registry import TransferAsked
from sangathan_registry.commands.ask_about_worker import refuse_more_questions
from sangathan_registry.commands.carry_transfer import agree_for_one, carry, decided, note
from sangathan_registry.domain.refusals import THERE_ALREADY, UNIT_CLOSED, WORKER_MERGED, WORKER_WITHDRAWN
from sangathan_registry.domain.transfers import State, Transfer, TransferPolicy, asked_from, sides_of
from sangathan_registry.domain.worker import Place, Status
from sangathan_registry.queries.transfers import levels_above_both, workers_by_number
from sangathan_registry.queries.units import get_place
from sangathan_registry.queries.whole_record import beyond_scope, look_up
from sangathan_registry.store import audit, transfers
from sangathan_registry.store.transfers import Standing


class Outcome(StrEnum):
    """What came of a question from the receiving side."""

    ASKED = "asked"
    AGREED = "agreed"
    NOT_ON_RECORD = "not-on-record"
    SEVERAL_ON_RECORD = "several-on-record"
    THERE_ALREADY = "there-already"


@dataclass(frozen=True, slots=True)
class Terms:
    """Whose consent is needed, for how many days it is waited for, and how many questions a day somebody may ask."""

    policy: TransferPolicy
    days: int
    per_day: int

    @property
    def waits(self) -> timedelta:
        """For how long a transfer is waited for."""
        return timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class AskTransfer:
    """To which unit, and why; ``worker_id`` from the giving side."""

    to_unit_id: UUID
    cause: str
    worker_id: UUID | None = None
    phone_index: bytes | None = None
    number: str | None = None


async def handle(work: Work, terms: Terms, caller: Caller, command: AskTransfer) -> UUID:
    """The transfer of a worker of the caller's own scope; one that waits for the caller's side is agreed on by this."""
    assert command.worker_id is not None  # noqa: S101 - the route requires it.
    standing = await transfers.lock_worker(work, command.worker_id)
    if standing is None:
        raise Refusal(NOT_FOUND)
    if standing.status is Status.MERGED:
        raise Refusal(WORKER_MERGED, "Transfer the record that was kept, whose id stands in merged_into.")
    if standing.status is not Status.ACTIVE:
        raise Refusal(WORKER_WITHDRAWN, "Who is not on record goes nowhere.")
    async with beyond_scope(work):
        place = await open_place(work, Scope.everything(), command.to_unit_id)
        if place.unit_id == standing.unit_id:
            raise Refusal(THERE_ALREADY, "Name another unit.")
        return (await _ask(work, terms, caller, (standing, place, command.cause))).id


async def handle_from_there(
    work: Work, terms: Terms, caller: Caller, command: AskTransfer
) -> tuple[Outcome, UUID | None]:
    """What came of asking for somebody who is on record elsewhere, to a unit of the caller's own."""
    await refuse_more_questions(work, terms.per_day)
    place = await open_place(work, work.scope, command.to_unit_id)
    async with beyond_scope(work):
        found = await _named(work, command)
        standing = await transfers.lock_worker(work, found[0]) if len(found) == 1 else None
        if standing is None or standing.status is not Status.ACTIVE:
            await audit.note(work, caller, audit.Subject(place.unit_id, place.path))
            return (Outcome.SEVERAL_ON_RECORD if len(found) > 1 else Outcome.NOT_ON_RECORD), None
        if standing.unit_id == place.unit_id:
            await audit.note(work, caller, audit.Subject(place.unit_id, place.path, standing.worker_id))
            return Outcome.THERE_ALREADY, None
        transfer = await _ask(work, terms, caller, (standing, place, command.cause))
    return (Outcome.AGREED if transfer.state is State.AGREED else Outcome.ASKED), transfer.id


async def _named(work: Work, command: AskTransfer) -> list[UUID]:
    if command.number is not None:
        return await workers_by_number(work, command.number)
    found = await look_up(work, phone_index=command.phone_index, worker_id=None)
    return [one.worker_id for one in found]


async def open_place(work: Work, scope: Scope, unit_id: UUID) -> Place:
    """The open unit of the scope that a worker is to go to; raises a refusal for any other."""
    place = await get_place(work.raw, scope, unit_id, field="to_unit_id")
    if place.closed:
        raise Refusal(UNIT_CLOSED, "Name the unit that took its place.")
    return place


async def _ask(work: Work, terms: Terms, caller: Caller, what: tuple[Standing, Place, str]) -> Transfer:
    standing, place, _ = what
    sides = sides_of(caller.scope.contains, standing.path, place.path)
    earlier = await transfers.waiting(work, standing.worker_id, place.unit_id)
    if earlier is not None:
        waits_for = earlier.waits_for - sides
        if waits_for == earlier.waits_for:
            return earlier
        if waits_for:
            return await agree_for_one(work, caller, earlier, waits_for)
        agreed = decided(earlier, caller, State.AGREED, work)
        await transfers.save(work, agreed)
    else:
        asked = draft(work, terms, caller, what)
        needed = terms.policy.needed(await levels_above_both(work, standing.path, place.path))
        if waits_for := needed - sides:
            return await put_asked(work, caller, replace(asked, waits_for=waits_for))
        agreed = decided(asked, caller, State.AGREED, work)
        await transfers.insert(work, agreed)
    await note(work, caller, agreed)
    await carry(work, caller, agreed, standing)
    return agreed


async def put_asked(work: Work, caller: Caller, asked: Transfer) -> Transfer:
    """Keeps a transfer that waits, and tells the sides that it waits for."""
    await transfers.insert(work, asked)
    await note(work, caller, asked)
    event = TransferAsked(
        transfer_id=asked.id,
        unit_id=asked.unit_id,
        to_unit_id=asked.to_unit_id,
        waits_for=tuple(sorted(asked.waits_for)),
        asked_by=asked.asked_by,
        lapses_at=asked.lapses_at,
    )
    work.publish(event, path=asked.path)
    return asked


def draft(work: Work, terms: Terms, caller: Caller, what: tuple[Standing, Place, str]) -> Transfer:
    """A transfer as the caller's office asks for it, that waits for nobody yet."""
    standing, place, cause = what
    return Transfer(
        id=uuid7(),
        worker_id=standing.worker_id,
        unit_id=standing.unit_id,
        path=standing.path,
        to_unit_id=place.unit_id,
        to_path=place.path,
        cause=cause,
        asked_from=asked_from(sides_of(caller.scope.contains, standing.path, place.path)),
        asked_by=caller.person,
        asked_office=caller.own_office,
        asked_at=work.now,
        lapses_at=work.now + terms.waits,
        waits_for=frozenset(),
        state=State.ASKED,
        decided_by=None,
        decided_office=None,
        decided_at=None,
        version=1,
    )
