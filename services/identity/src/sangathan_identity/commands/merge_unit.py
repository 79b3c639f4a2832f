"""Merges a unit into another of its level: what stands beneath it moves there, and it closes with a successor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import Pointer, Refusal
from sangathan_contracts.identity import UnitClosed, UnitMerged
from sangathan_contracts.offices import CATALOGUE
from sangathan_identity.commands.carry_unit import carry_unit
from sangathan_identity.commands.close_unit import end_appointments
from sangathan_identity.domain.refusals import CODE_TAKEN
from sangathan_identity.domain.states import unit_state
from sangathan_identity.domain.units import Unit, check_below, check_merge
from sangathan_identity.store import audit, history, tree, units


@dataclass(frozen=True, slots=True)
class MergeUnit:
    """The unit, the one that it goes into, and other codes for units whose own is taken there."""

    unit_id: UUID
    into_id: UUID
    codes: Mapping[UUID, str]


async def handle(work: Work, caller: Caller, command: MergeUnit) -> Unit:
    """The merged unit, closed; the offices held at it end, and the registry lets its workers go on at the successor."""
    await tree.lock_tree(work, caller)
    unit = await units.get_unit(work, command.unit_id)
    check_below(unit, CATALOGUE.office(caller.office).level)
    into = await units.get_unit(work, command.into_id)
    check_merge(unit, into)
    moved = await _carry_all(work, caller, (unit, into), command.codes)
    closed = unit.closed(work.now, into.id)
    await units.save_unit(work, closed)
    await history.record(work, caller, closed, "merged", related=into.id)
    await end_appointments(work, closed)
    version = await tree.next_tree_version(work)
    work.publish(UnitClosed(unit=unit_state(closed), tree_version=version), path=closed.path)
    absorbed = into.touched()
    await units.save_unit(work, absorbed)
    await history.record(work, caller, absorbed, "absorbed", related=unit.id)
    event = UnitMerged(unit=unit_state(closed), into=unit_state(absorbed), unit_ids=tuple(one.id for one in moved))
    work.publish(event, path=closed.path)
    detail = {"into": str(into.id), "units": len(moved)}
    await audit.append(work, audit.Entry.done(caller, unit.id, unit.path, **detail))
    return closed


async def _carry_all(work: Work, caller: Caller, ends: tuple[Unit, Unit], codes: Mapping[UUID, str]) -> Sequence[Unit]:
    """Moves the open units beneath; one refusal names every code that is taken, so that one answer mends them all."""
    unit, into = ends
    children = await units.open_units_beneath(work, unit)
    moved = [child.beneath(into, codes.get(child.id)) for child in children]
    taken = [new for new in moved if await units.path_is_taken(work, new.path)]
    if taken or len({one.path for one in moved}) < len(moved):
        errors = [Pointer(f"/codes/{one.id}", f"the code {one.code} is taken beneath the other unit") for one in taken]
        raise Refusal(CODE_TAKEN, "Give codes that are free there, each once, under codes.", errors=errors)
    for old, new in zip(children, moved, strict=True):
        await carry_unit(work, caller, old, new)
    return moved
