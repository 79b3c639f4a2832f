"""Decides what a flag is worth; the record itself stays as it is, whatever is decided."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_registry.domain.flags import SETTLED, About, Finding
from sangathan_registry.domain.refusals import DECIDED, SECOND_PERSON_NEEDED
from sangathan_registry.store import audit, flags


@dataclass(frozen=True, slots=True)
class DecideFlag:
    """Which flag, what was found, and why."""

    flag_id: UUID
    finding: Finding
    reason: str


async def handle(work: Work, caller: Caller, command: DecideFlag) -> asyncpg.Record:
    """The flag after the decision; refuses one that is settled otherwise, and what is about the caller."""
    row = await flags.lock(work, command.flag_id)
    if row is None:
        raise Refusal(NOT_FOUND)
    if row["about"] == About.VISTARAK and row["subject_id"] == caller.person:
        raise Refusal(SECOND_PERSON_NEEDED, "This is about what you did yourself; somebody else decides.")
    if row["finding"] in SETTLED:
        if row["finding"] != command.finding:
            raise Refusal(DECIDED, "It was settled before.")
        return row
    decided = await flags.decide(work, command.flag_id, (command.finding, command.reason), caller.person)
    if decided is None:
        raise Refusal(NOT_FOUND)
    subject = audit.Subject(row["unit_id"], row["path"], row["record_id"])
    await audit.note(work, caller, subject, purpose=command.reason)
    return decided
