"""Brings in a sheet of units: creates, renames and moves, all of it or what is valid, or only says what it would do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_contracts.identity import TreeReloaded, UnitCreated, UnitMoved, UnitRenamed
from sangathan_identity.domain.ids import UnitId
from sangathan_identity.domain.sheets import Row
from sangathan_identity.domain.states import unit_state
from sangathan_identity.domain.tree_sheet import Create, Move, Node, Plan, Rename, Step, TreeSheet
from sangathan_identity.domain.units import Unit
from sangathan_identity.store import audit, history, tree, units

# Beyond this, replicas take the tree anew as a whole: quicker for them than following so many changes.
TOLD_ONE_BY_ONE = 1_000


@dataclass(frozen=True, slots=True)
class ImportUnits:
    """The rows; ``only_valid`` brings in what can be when some rows cannot."""

    rows: Sequence[Row]
    dry_run: bool
    only_valid: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """What the sheet amounts to, and whether it was done."""

    plan: Plan
    applied: bool

    def count(self, kind: type[Step]) -> int:
        """How many steps are of this kind."""
        return sum(isinstance(step, kind) for step in self.plan.steps)


async def handle(work: Work, caller: Caller, command: ImportUnits) -> Imported:
    """Works the rows through, and writes what they ask for unless that was not wanted or a row stands in the way."""
    await tree.lock_tree(work, caller)
    sheet = TreeSheet(await _nodes(work), await units.ladder(work), _new_ids())
    plan = sheet.plan(command.rows)
    wanted = not command.dry_run and (command.only_valid or not plan.rejects)
    done = Imported(plan, applied=wanted and bool(plan.steps))
    if done.applied:
        await _Apply(work, caller, one_by_one=len(plan.steps) <= TOLD_ONE_BY_ONE).all(plan.steps)
        counts = {kind.__name__.lower(): done.count(kind) for kind in (Create, Rename, Move)}
        assert caller.unit_id is not None  # noqa: S101 - nobody imports without a unit.
        await audit.append(work, audit.Entry.done(caller, caller.unit_id, caller.scope.lo, **counts))
    return done


def _new_ids() -> Iterator[UUID]:
    while True:
        yield uuid7()


async def _nodes(work: Work) -> list[Node]:
    """The caller's part of the tree, each unit knowing the one above; the highest knows none."""
    by_id: dict[UUID, Node] = {}
    for unit in await units.all_units(work):
        parent = by_id.get(unit.parent_id) if unit.parent_id else None
        node = Node(unit.id, parent, unit.level, unit.code, unit.names, unit.path, closed=unit.closed_at is not None)
        by_id[unit.id] = node
        if parent is not None:
            parent.codes[unit.code] = node
    return list(by_id.values())


class _Apply:
    """Writes the steps in their order, since the path of each rests on those before it."""

    def __init__(self, work: Work, caller: Caller, *, one_by_one: bool) -> None:
        self._work = work
        self._caller = caller
        self._one_by_one = one_by_one

    async def all(self, steps: Sequence[Step]) -> None:
        """Creates that follow one another are one statement."""
        for kind, group in groupby(steps, key=type):
            if kind is Create:
                await self._create([step for step in group if isinstance(step, Create)])
            else:
                for step in group:
                    await self._change(step)
        if not self._one_by_one:
            version = await tree.next_tree_version(self._work)
            self._work.publish(TreeReloaded(tree_version=version), path="")

    async def _create(self, steps: Sequence[Create]) -> None:
        now = self._work.now
        created = [Unit(UnitId(s.unit_id), s.parent_id, s.level, s.code, s.path, s.names, 1, now) for s in steps]
        await units.insert_units(self._work, created)
        await history.record_created(self._work, self._caller, created)
        if not self._one_by_one:
            return
        for unit in created:
            version = await tree.next_tree_version(self._work)
            self._work.publish(UnitCreated(unit=unit_state(unit), tree_version=version), path=unit.path)

    async def _change(self, step: Step) -> None:
        if isinstance(step, Rename):
            await self._rename(step)
        elif isinstance(step, Move):
            await self._move(step)

    async def _rename(self, step: Rename) -> None:
        renamed = (await units.get_unit(self._work, step.unit_id)).renamed(step.names)
        await units.save_unit(self._work, renamed)
        await history.record(self._work, self._caller, renamed, "renamed")
        if self._one_by_one:
            version = await tree.next_tree_version(self._work)
            self._work.publish(UnitRenamed(unit=unit_state(renamed), tree_version=version), path=renamed.path)

    async def _move(self, step: Move) -> None:
        unit = await units.get_unit(self._work, step.unit_id)
        moved = unit.beneath(await units.get_unit(self._work, step.parent_id), step.code)
        await units.save_move(self._work, unit, moved)
        await history.record(self._work, self._caller, moved, "moved")
        if self._one_by_one:
            version = await tree.next_tree_version(self._work)
            event = UnitMoved(unit=unit_state(moved), old_path=unit.path, tree_version=version)
            self._work.publish(event, path=moved.path)
