"""Appoints everybody whom a sheet names, all of it or what is valid, or only says what it would do.

A row is held to the rules of a single appointment. Whether a number is somebody's can be learnt from a trial as well as
from the act, so that each sheet is on the trail, on trial or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.identity import AppointmentMade
from sangathan_contracts.offices import CATALOGUE
from sangathan_identity.commands.make_appointment import relieve
from sangathan_identity.domain.appointment_sheet import Appointer, AppointmentSheet, Asked, OnRecord, Plan, Reject
from sangathan_identity.domain.refusals import PHONE_TAKEN
from sangathan_identity.domain.states import appointment_state
from sangathan_identity.store import appointments, audit, persons, tree, units


@dataclass(frozen=True, slots=True)
class ImportAppointments:
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

    @property
    def numbers_taken(self) -> int:
        """How many rows name a number that somebody else signs in with."""
        return [fault.slug for reject in self.rejects for fault in reject.faults].count(PHONE_TAKEN.slug)


async def handle(work: Work, caller: Caller, command: ImportAppointments, sealer: Sealer) -> Imported:
    """Works the rows through, and writes what they ask for unless that was not wanted or a row stands in the way."""
    await tree.share_tree(work, caller)
    appointer = Appointer(CATALOGUE, caller.office, caller.person, work.now)
    known = await _on_record(work, command.asked, sealer)
    plan = AppointmentSheet(appointer, known, uuid7).plan(command.asked)
    rejects = sorted([*command.unreadable, *plan.rejects], key=lambda one: one.row.line)
    wanted = not command.dry_run and (command.only_valid or not rejects)
    done = Imported(plan, rejects, applied=wanted and bool(plan.made))
    if done.applied:
        await _write(work, caller, plan, sealer)
    await audit.append(work, _sheet_entry(caller, command, done))
    return done


async def _on_record(work: Work, asked: Sequence[Asked], sealer: Sealer) -> OnRecord:
    """What the sheet is held against, locked: units first, then offices, then persons, as for a single one."""
    at = await units.units_at(work, {one.path for one in asked})
    since = min((one.begins for one in asked if one.begins), default=work.now)
    offices = {one.office for one in asked}
    held = await appointments.at_offices(work, [unit.id for unit in at], list(offices), min(since, work.now))
    known = await persons.find_by_phones(work, list({one.phone for one in asked}), sealer)
    return OnRecord({unit.path: unit for unit in at}, known, held)


async def _write(work: Work, caller: Caller, plan: Plan, sealer: Sealer) -> None:
    await persons.insert_persons(work, plan.newcomers, sealer)
    await relieve(work, list(plan.relieved.values()))
    await appointments.insert_appointments(work, plan.made)
    for one in plan.made:
        work.publish(AppointmentMade(appointment=appointment_state(one)), path=one.path)
    entries = [
        audit.Entry.done(caller, one.id, one.path, office=one.office, person_id=str(one.person_id), sheet=True)
        for one in plan.made
    ]
    await audit.append_all(work, entries)


def _sheet_entry(caller: Caller, command: ImportAppointments, done: Imported) -> audit.Entry:
    assert caller.unit_id is not None  # noqa: S101 - nobody appoints without a unit.
    return audit.Entry.done(
        caller,
        caller.unit_id,
        caller.scope.lo,
        dry_run=command.dry_run,
        applied=done.applied,
        appointed=len(done.plan.made),
        rejected=len(done.rejects),
        numbers_taken=done.numbers_taken,
    )
