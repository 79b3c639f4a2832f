"""Ends a vistarak's assignment to a booth, or brings its end forward; what was captured until then stays good.

The end lies never in the past: what a device holds from before and sends weeks later, within the drive's grace, is held
against the assignment as it stood then. Somebody else may be given the booth at any time.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import INVALID_INPUT, NOT_FOUND, Pointer, Refusal
from sangathan_registry.store import assignments, audit


@dataclass(frozen=True, slots=True)
class EndAssignment:
    """Which assignment, when it is to end (at once when nothing is said), and why."""

    assignment_id: UUID
    valid_to: datetime | None
    why: str


async def handle(work: Work, caller: Caller, command: EndAssignment) -> asyncpg.Record:
    """The assignment as it then stands; one that is over, or ends then already, stays as it is."""
    row = await assignments.lock(work, command.assignment_id)
    if row is None:
        raise Refusal(NOT_FOUND)
    ends = row["valid_to"]
    if ends is not None and (ends == command.valid_to or (ends <= work.now and command.valid_to is None)):
        return row
    wanted = command.valid_to or work.now
    if wanted < work.now or (ends is not None and wanted > ends):
        accepted = "a time from now on and before its present end; to lengthen it, assign anew"
        raise Refusal(
            INVALID_INPUT,
            "Each error names the place and what would be accepted.",
            errors=[Pointer("/valid_to", accepted)],
        )
    # One that has not begun ends as it begins.
    ended = await assignments.end(work, row["id"], max(wanted, row["valid_from"]), caller.person)
    await audit.note(work, caller, audit.Subject(row["unit_id"], row["path"]), purpose=command.why)
    return ended
