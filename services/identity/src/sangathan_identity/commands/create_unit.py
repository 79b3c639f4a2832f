"""Creates a unit right beneath another."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import Refusal
from sangathan_contracts.identity import UnitCreated
from sangathan_identity.domain.ids import UnitId
from sangathan_identity.domain.refusals import CODE_TAKEN
from sangathan_identity.domain.states import unit_state
from sangathan_identity.domain.units import Names, Unit, check_open
from sangathan_identity.store import audit, history, tree, units


@dataclass(frozen=True, slots=True)
class CreateUnit:
    """Where it is to stand, and what it is called."""

    parent_id: UUID
    level: str
    code: str
    names: Names


async def handle(work: Work, caller: Caller, command: CreateUnit) -> Unit:
    """The new unit; the parent must be in the scope, open and of a higher level, the code free beneath it."""
    await tree.lock_tree(work, caller)
    parent = await units.get_unit(work, command.parent_id, field="parent_id")
    check_open(parent)
    (await units.ladder(work)).check_beneath(command.level, parent.level)
    unit = parent.child(UnitId(uuid7()), level=command.level, code=command.code, names=command.names, at=work.now)
    if await units.path_is_taken(work, unit.path):
        raise Refusal(CODE_TAKEN, "Choose a code that no unit beneath this parent has, a closed one included.")
    await units.insert_unit(work, unit)
    await history.record(work, caller, unit, "created")
    version = await tree.next_tree_version(work)
    work.publish(UnitCreated(unit=unit_state(unit), tree_version=version), path=unit.path)
    await audit.append(work, audit.Entry.done(caller, unit.id, unit.path))
    return unit
