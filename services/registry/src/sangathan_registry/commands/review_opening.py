"""Weighs an opening afterwards: somebody above the opener says whether its reason held."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import FORBIDDEN, NOT_FOUND, Refusal
from sangathan_registry.domain.break_glass import State, Verdict, stands_above, state_of
from sangathan_registry.domain.refusals import DECIDED
from sangathan_registry.queries.openings import find_opening
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import audit
from sangathan_registry.store.openings import end_opening, lock_opening, review_opening


@dataclass(frozen=True, slots=True)
class ReviewOpening:
    """What was found, with a note for whoever reads it later."""

    opening_id: UUID
    verdict: Verdict
    note: str | None


async def handle(work: Work, caller: Caller, command: ReviewOpening) -> None:
    """Keeps the verdict, once; an opening that was found wanting ends with it."""
    seen = await find_opening(work.raw, work.scope, command.opening_id)
    if seen is None:
        raise Refusal(NOT_FOUND)
    if seen["opened_by"] == caller.person or not stands_above(caller.scope.lo, seen["opener_path"]):
        raise Refusal(FORBIDDEN, "An office above the opener's reviews it, held by somebody else.")
    async with beyond_scope(work):
        opening = await lock_opening(work, command.opening_id)
        if opening is None or opening["reviewed_at"] is not None:
            raise Refusal(DECIDED, "It was reviewed before.")
        verdict = command.verdict.value
        await review_opening(work, command.opening_id, caller.person, verdict=verdict, note=command.note)
        still_open = state_of(work.now, opening["expires_at"], opening["ended_at"]) is State.OPEN
        if command.verdict is Verdict.NOT_JUSTIFIED and still_open:
            await end_opening(work, command.opening_id, caller.person)
        subject = audit.Subject(opening["unit_id"], opening["path"], opening["worker_id"])
        await audit.note(work, caller, subject, purpose=command.note)
