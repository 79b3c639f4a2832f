"""Gives a unit other names."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_contracts.identity import UnitRenamed
from sangathan_identity.domain.states import unit_state
from sangathan_identity.domain.units import Names, Unit, check_open
from sangathan_identity.store import audit, history, tree, units

CheckVersion = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RenameUnit:
    """The unit and its new names; None leaves a name as it is."""

    unit_id: UUID
    name_hi: str | None
    name_en: str | None


async def handle(work: Work, caller: Caller, command: RenameUnit, check_version: CheckVersion) -> Unit:
    """The unit under its new names; ``check_version`` raises when the caller has not seen the newest version."""
    await tree.lock_tree(work, caller)
    unit = await units.get_unit(work, command.unit_id)
    check_version(unit.version)
    check_open(unit)
    names = Names(command.name_hi or unit.names.hi, command.name_en or unit.names.en)
    if names == unit.names:
        return unit
    renamed = unit.renamed(names)
    await units.save_unit(work, renamed)
    await history.record(work, caller, renamed, "renamed")
    version = await tree.next_tree_version(work)
    work.publish(UnitRenamed(unit=unit_state(renamed), tree_version=version), path=unit.path)
    await audit.append(work, audit.Entry.done(caller, unit.id, unit.path))
    return renamed
