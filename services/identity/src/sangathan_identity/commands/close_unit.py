"""Closes a unit: it takes no more records, and the offices held at it end with it."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import Refusal
from sangathan_contracts.identity import UnitClosed
from sangathan_contracts.offices import CATALOGUE
from sangathan_identity.commands.end_office import end_with_delegations
from sangathan_identity.domain.refusals import UNIT_HAS_UNITS
from sangathan_identity.domain.states import unit_state
from sangathan_identity.domain.units import Unit, check_below, check_open
from sangathan_identity.store import appointments, audit, history, tree, units


@dataclass(frozen=True, slots=True)
class CloseUnit:
    """Which unit."""

    unit_id: UUID


async def handle(work: Work, caller: Caller, command: CloseUnit) -> Unit:
    """The closed unit; units beneath it must be closed or moved away first."""
    await tree.lock_tree(work, caller)
    unit = await units.get_unit(work, command.unit_id)
    check_below(unit, CATALOGUE.office(caller.office).level)
    check_open(unit)
    if await units.has_open_units(work, unit):
        raise Refusal(UNIT_HAS_UNITS, "Close or move the units beneath it first.")
    closed = unit.closed(work.now)
    await units.save_unit(work, closed)
    await history.record(work, caller, closed, "closed")
    await end_appointments(work, closed)
    version = await tree.next_tree_version(work)
    work.publish(UnitClosed(unit=unit_state(closed), tree_version=version), path=unit.path)
    await audit.append(work, audit.Entry.done(caller, unit.id, unit.path))
    return closed


async def end_appointments(work: Work, unit: Unit) -> None:
    """Ends the offices held at exactly this unit, which is closed."""
    over: set[UUID] = set()
    for appointment in await appointments.current_at_unit(work, unit.id, work.now):
        if appointment.id not in over:
            over |= {one.id for one in await end_with_delegations(work, appointment)}
