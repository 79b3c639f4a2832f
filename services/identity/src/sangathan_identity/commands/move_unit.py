"""Moves a unit, and all beneath it, under another parent: paths follow in the same transaction."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import Refusal
from sangathan_contracts.offices import CATALOGUE
from sangathan_identity.commands.carry_unit import carry_unit
from sangathan_identity.domain.refusals import CODE_TAKEN
from sangathan_identity.domain.units import Unit, check_below, check_move
from sangathan_identity.store import audit, tree, units


@dataclass(frozen=True, slots=True)
class MoveUnit:
    """The unit, its new parent, and its code there when it is to have another."""

    unit_id: UUID
    parent_id: UUID
    code: str | None = None


async def handle(work: Work, caller: Caller, command: MoveUnit) -> Unit:
    """The unit in its new place; the old parent and the new one must both be in the caller's scope."""
    await tree.lock_tree(work, caller)
    unit = await units.get_unit(work, command.unit_id)
    check_below(unit, CATALOGUE.office(caller.office).level)
    parent = await units.get_unit(work, command.parent_id, field="parent_id")
    check_move(unit, parent, await units.ladder(work))
    moved = unit.beneath(parent, command.code)
    if await units.path_is_taken(work, moved.path):
        raise Refusal(CODE_TAKEN, "Another unit beneath the new parent has this code; give a code that is free there.")
    await carry_unit(work, caller, unit, moved)
    await audit.append(work, audit.Entry.done(caller, unit.id, moved.path, old_path=unit.path))
    return moved
