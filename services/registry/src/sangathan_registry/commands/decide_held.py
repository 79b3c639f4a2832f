"""Decides about a record that was received and not accepted."""

from uuid import UUID

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_registry.domain.refusals import DECIDED
from sangathan_registry.store import audit, receipts


async def handle(work: Work, caller: Caller, held_id: UUID, decision: str) -> asyncpg.Record:
    """The row after the decision; refuses one that was decided otherwise, and one outside the scope as missing."""
    row = await receipts.decide(work, held_id, decision, caller.person)
    if row is None:
        raise Refusal(NOT_FOUND)
    if row["decision"] != decision:
        raise Refusal(DECIDED, "It was decided upon before.")
    await audit.note(work, caller, audit.Subject(row["unit_id"], row["path"], row["record_id"]))
    return row
