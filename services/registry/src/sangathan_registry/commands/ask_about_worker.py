"""Answers any office's question "is this person one of ours?": yes or no, the unit, and no record.

Every question counts against the asker's day, is on the trail of the unit concerned, and is announced to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_contracts.registry import WorkerAsked
from sangathan_registry.domain.refusals import QUESTIONS_USED_UP
from sangathan_registry.queries.find_by_card import find_by_card
from sangathan_registry.queries.units import get_place
from sangathan_registry.queries.whole_record import OnRecord, beyond_scope, look_up
from sangathan_registry.store import audit
from sangathan_registry.store.questions import count_question


@dataclass(frozen=True, slots=True)
class AskAboutWorker:
    """By exact phone (its blind index), by worker id, or by the number of a card."""

    phone_index: bytes | None
    worker_id: UUID | None
    card: str | None = None


async def handle(work: Work, caller: Caller, command: AskAboutWorker, *, per_day: int) -> Sequence[OnRecord]:
    """The units at which the person is on record; none means: not one of ours."""
    if caller.unit_id is None:
        raise Refusal(NOT_FOUND)
    await refuse_more_questions(work, per_day)
    own = await get_place(work.raw, work.scope, caller.unit_id)
    async with beyond_scope(work):
        worker_id = command.worker_id
        if command.card is not None:
            worker_id = next(iter(await find_by_card(work.raw, work.scope, command.card)), None)
        found = await look_up(work, phone_index=command.phone_index, worker_id=worker_id)
        # Noted where the person is on record, so that their unit sees it, which the asker's own scope may not hold.
        await audit.note_all(work, caller, [audit.Subject(one.unit_id, one.path, one.worker_id) for one in found])
    if not found:
        await audit.note(work, caller, audit.Subject(own.unit_id, own.path))
    for unit_id, path in dict.fromkeys((one.unit_id, one.path) for one in found):
        work.publish(_asked(caller, unit_id), path=path)
    return found


async def refuse_more_questions(work: Work, per_day: int) -> None:
    """Counts a question against the asker's day; raises a refusal for one too many."""
    if await count_question(work) > per_day:
        wait = _until_midnight(work.now)
        raise Refusal(QUESTIONS_USED_UP, f"{per_day} questions a day are answered.", headers={"retry-after": str(wait)})


def _asked(caller: Caller, unit_id: UUID) -> WorkerAsked:
    appointment_id = caller.appointment_id or UUID(int=0)
    return WorkerAsked(unit_id=unit_id, asked_by=caller.person, appointment_id=appointment_id, on_record=True)


def _until_midnight(now: datetime) -> int:
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    return int((midnight - now).total_seconds()) + 1
