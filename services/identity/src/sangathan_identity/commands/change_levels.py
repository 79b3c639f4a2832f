"""Puts rungs into the ladder, renames them and orders them, without moving any unit above its parent."""

from collections.abc import Sequence
from dataclasses import dataclass

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_identity.commands.doorway import whole_tree
from sangathan_identity.domain.units import Level, check_ladder
from sangathan_identity.store import audit, levels, tree


@dataclass(frozen=True, slots=True)
class ChangeLevels:
    """The whole ladder, the highest first."""

    levels: Sequence[Level]


async def handle(work: Work, caller: Caller, command: ChangeLevels) -> None:
    """Replaces the ladder; which levels stand beneath which is asked of the whole tree, for all share the ladder."""
    await tree.lock_tree(work, caller)
    async with whole_tree(work):
        pairs = await levels.levels_beneath_levels(work)
    check_ladder(command.levels, await levels.codes(work), pairs)
    await levels.save(work, command.levels)
    assert caller.unit_id is not None  # noqa: S101 - nobody changes levels without a unit.
    detail = {"levels": [level.code for level in command.levels]}
    await audit.append(work, audit.Entry.done(caller, caller.unit_id, caller.scope.lo, **detail))
