"""Assigns the booths that a sheet names, all of it or what is valid, or only says what it would do.

A row is held to the rules of a single assignment, and whatever the number of rows, each kind of thing is looked up in
one statement and written in one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.assignment_sheet import Asked, OnRecord, Plan, Reject, plan
from sangathan_registry.queries import assignment_sheets as known
from sangathan_registry.store import audit, sealed
from sangathan_registry.store.assignments import insert_assignments, one_sheet_at_a_time


@dataclass(frozen=True, slots=True)
class ImportAssignments:
    """The rows that could be read, and those that could not; ``only_valid`` brings in what can be when some cannot."""

    asked: Sequence[Asked]
    unreadable: Sequence[Reject]
    dry_run: bool
    only_valid: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """What the sheet amounts to, all its rejects in the order of their lines, and whether it was done."""

    plan: Plan
    rejects: Sequence[Reject]
    applied: bool


async def handle(work: Work, sealer: Sealer, caller: Caller, command: ImportAssignments) -> Imported:
    """Works the rows through, and writes what they ask for unless that was not wanted or a row stands in the way."""
    if not command.dry_run:
        await one_sheet_at_a_time(work)
    found = plan(command.asked, await _on_record(work, sealer, command.asked), work.now)
    rejects = sorted([*command.unreadable, *found.rejects], key=lambda one: one.row.line)
    wanted = not command.dry_run and (command.only_valid or not rejects)
    done = Imported(found, rejects, applied=wanted and bool(found.made))
    if done.applied:
        await insert_assignments(work, found.made, caller.person)
        booths = {one.booth.unit_id: one.booth for one in found.made}.values()
        await audit.note_all(work, caller, [audit.Subject(one.unit_id, one.path) for one in booths])
    return done


async def _on_record(work: Work, sealer: Sealer, asked: Sequence[Asked]) -> OnRecord:
    booths = await known.booths(work.raw, work.scope, {one.booth for one in asked})
    phones = {sealed.phone_index(sealer, one.who): one.who for one in asked if one.by == "phone"}
    numbers = list({one.who for one in asked if one.by == "membership_number"})
    people = await known.people_by_phone(work.raw, work.scope, phones)
    people |= await known.people_by_number(work.raw, work.scope, numbers)
    ids = {person for one in people.values() for person in one}
    ids |= {UUID(one.who) for one in asked if one.by == "person_id"}
    units = list({one.unit_id for named in booths.values() for one in named})
    return OnRecord(
        booths,
        people,
        await known.charges(work.raw, list(ids), work.now),
        await known.held(work.raw, work.scope, list(ids), units),
    )
