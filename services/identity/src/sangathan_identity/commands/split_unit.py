"""Splits a unit: a new one of its level beside it takes over some of the units beneath it, or some of its workers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import Refusal
from sangathan_contracts.identity import UnitCreated, UnitSplit
from sangathan_contracts.offices import CATALOGUE
from sangathan_identity.commands.carry_unit import carry_unit
from sangathan_identity.domain.ids import UnitId
from sangathan_identity.domain.refusals import CODE_TAKEN, NOT_BENEATH
from sangathan_identity.domain.states import unit_state
from sangathan_identity.domain.units import Names, Unit, check_below, check_open
from sangathan_identity.store import audit, history, split_workers, tree, units


@dataclass(frozen=True, slots=True)
class SplitUnit:
    """The unit, what the new one is called, and which units beneath it or workers of it go there."""

    unit_id: UUID
    code: str
    names: Names
    unit_ids: Sequence[UUID]
    worker_ids: Sequence[UUID]


async def handle(work: Work, caller: Caller, command: SplitUnit) -> Unit:
    """The new unit; the registry lets the named workers follow, as far as they are the split unit's own."""
    await tree.lock_tree(work, caller)
    unit = await units.get_unit(work, command.unit_id)
    check_below(unit, CATALOGUE.office(caller.office).level)
    check_open(unit)
    created = await _create_beside(work, caller, unit, command)
    for unit_id in dict.fromkeys(command.unit_ids):
        child = await units.get_unit(work, unit_id)
        if child.parent_id != unit.id:
            raise Refusal(NOT_BENEATH, "Name units that stand right beneath the one that is split.")
        await carry_unit(work, caller, child, child.beneath(created))
    rest = unit.touched()
    await units.save_unit(work, rest)
    await history.record(work, caller, rest, "split", related=created.id)
    event = UnitSplit(
        unit=unit_state(rest),
        created=unit_state(created),
        unit_ids=tuple(dict.fromkeys(command.unit_ids)),
        worker_ids=tuple(dict.fromkeys(command.worker_ids)),
    )
    work.publish(event, path=unit.path)
    await split_workers.insert(work, (unit.id, created.id), event.worker_ids)
    detail = {"created": str(created.id), "units": len(event.unit_ids), "workers": len(event.worker_ids)}
    await audit.append(work, audit.Entry.done(caller, unit.id, unit.path, **detail))
    return created


async def _create_beside(work: Work, caller: Caller, unit: Unit, command: SplitUnit) -> Unit:
    assert unit.parent_id is not None  # noqa: S101 - `check_below` refuses the top.
    parent = await units.get_unit(work, unit.parent_id)
    created = parent.child(UnitId(uuid7()), level=unit.level, code=command.code, names=command.names, at=work.now)
    if await units.path_is_taken(work, created.path):
        raise Refusal(CODE_TAKEN, "Choose a code that no unit beside this one has, a closed one included.")
    await units.insert_unit(work, created)
    await history.record(work, caller, created, "split-off", related=unit.id)
    version = await tree.next_tree_version(work)
    work.publish(UnitCreated(unit=unit_state(created), tree_version=version), path=created.path)
    return created
