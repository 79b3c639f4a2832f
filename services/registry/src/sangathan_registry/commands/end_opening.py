"""Ends an opening before its time: its opener when done, or somebody above who thinks it should not be."""

from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import FORBIDDEN, NOT_FOUND, Refusal
from sangathan_registry.domain.break_glass import State, stands_above, state_of
from sangathan_registry.queries.openings import find_opening
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import audit
from sangathan_registry.store.openings import end_of_appointment, end_opening, lock_opening


async def handle(work: Work, caller: Caller, opening_id: UUID) -> None:
    """Ends it; one that is over stays as it is."""
    seen = await find_opening(work.raw, work.scope, opening_id)
    if seen is None:
        raise Refusal(NOT_FOUND)
    if seen["opened_by"] != caller.person and not stands_above(caller.scope.lo, seen["opener_path"]):
        raise Refusal(FORBIDDEN, "Whoever opened it ends it, or an office above theirs.")
    async with beyond_scope(work):
        opening = await lock_opening(work, opening_id)
        if opening is None or state_of(work.now, opening["expires_at"], opening["ended_at"]) is not State.OPEN:
            return
        await end_opening(work, opening_id, caller.person)
        await audit.note(work, caller, audit.Subject(opening["unit_id"], opening["path"], opening["worker_id"]))


async def handle_end_of_appointment(work: Work, appointment_id: UUID) -> None:
    """Ends whatever was opened under an appointment that has ended."""
    await end_of_appointment(work, appointment_id)
