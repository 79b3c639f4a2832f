"""Reads the one record of an opening: only by who opened it, under the same appointment, while it lasts."""

from uuid import UUID

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_registry.domain.break_glass import State, state_of
from sangathan_registry.domain.refusals import OPENING_OVER
from sangathan_registry.queries.find_worker import find_active_worker
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import audit
from sangathan_registry.store.openings import lock_opening, note_use


async def handle(work: Work, caller: Caller, opening_id: UUID) -> asyncpg.Record:
    """The record as it is now; the reading is on the trail in the same transaction."""
    async with beyond_scope(work):
        opening = await lock_opening(work, opening_id)
        if opening is None or not _is_own(caller, opening):
            raise Refusal(NOT_FOUND)
        if state_of(work.now, opening["expires_at"], opening["ended_at"]) is not State.OPEN:
            raise Refusal(OPENING_OVER, "Open the record again, with a reason, if it still cannot wait.")
        found = await find_active_worker(work.raw, Scope.everything(), opening["worker_id"])
        if not found:
            raise Refusal(NOT_FOUND)
        [row] = found
        await note_use(work, opening_id)
        subject = audit.Subject(row["unit_id"], row["path"], row["id"])
        await audit.note(work, caller, subject, purpose=opening["reason"], fields=sorted(caller.field_classes))
    return row


def _is_own(caller: Caller, opening: asyncpg.Record) -> bool:
    """Neither a later appointment of the same person nor anybody who looks through them has it."""
    whose = (opening["opened_by"], opening["appointment_id"])
    return caller.viewing is None and whose == (caller.person, caller.appointment_id)
