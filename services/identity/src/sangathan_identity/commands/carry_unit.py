"""One unit's move as a part of a larger act: paths follow, history and event are written."""

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_contracts.identity import UnitMoved
from sangathan_identity.domain.states import unit_state
from sangathan_identity.domain.units import Unit
from sangathan_identity.store import history, tree, units


async def carry_unit(work: Work, caller: Caller, old: Unit, new: Unit) -> None:
    """Takes the unit and all beneath it to its new place; the caller holds the tree's lock and has checked the move."""
    await units.save_move(work, old, new)
    await history.record(work, caller, new, "moved")
    version = await tree.next_tree_version(work)
    work.publish(UnitMoved(unit=unit_state(new), old_path=old.path, tree_version=version), path=new.path)
