"""Lets workers go on at another unit when theirs was split or merged; a second time finds nobody left to move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_contracts.identity import SplitOff
from sangathan_contracts.registry import WorkerChanged
from sangathan_hierarchy.replica import Resettled
from sangathan_registry.store import rehoming


class NotKnownYet(Exception):  # noqa: N818 - the event is tried again, when the replica has caught up.
    """The replica does not hold both units."""


@dataclass(frozen=True, slots=True)
class RehomeWorkers:
    """From which unit to which, and who; without ids everybody, and the assignments as well."""

    from_id: UUID
    to_id: UUID
    worker_ids: Sequence[UUID] | None = None


async def handle(work: Work, command: RehomeWorkers) -> None:
    """Moves them in one transaction, so that nobody is seen at both units or at neither."""
    ends = (command.from_id, command.to_id)
    paths = await rehoming.paths_of(work, *ends)
    if paths is None:
        raise NotKnownYet
    for one in await rehoming.rehome_workers(work, ends, paths, command.worker_ids):
        event = WorkerChanged(worker_id=one.worker_id, unit_id=command.to_id, version=one.version)
        work.publish(event, path=paths[1])
    if command.worker_ids is None:
        await rehoming.rehome_assignments(work, ends, paths)
        await rehoming.rehome_transfers(work, ends, paths)


async def handle_missed(work: Work, resettled: Resettled) -> None:
    """Lets go on whoever would have, had no event been missed: by each split and merger in turn, as they were made.

    A worker whom a split named may have left since and come back by a transfer; who has moved since is let alone.
    """
    for unit_id, splits in await _in_turn(work, resettled):
        for split in splits:
            if ids := await rehoming.never_moved(work, split):
                await handle(work, RehomeWorkers(split.unit_id, split.created_id, ids))
        if unit_id is not None and await rehoming.left_behind(work, unit_id):
            await handle(work, RehomeWorkers(unit_id, resettled.successors[unit_id]))


async def _in_turn(work: Work, resettled: Resettled) -> Sequence[tuple[UUID | None, Sequence[SplitOff]]]:
    """Each merged unit with the splits that came before it, and behind the last of them the rest."""
    closed = await rehoming.closed_at(work, list(resettled.successors))
    waiting = sorted(resettled.splits, key=lambda split: (split.split_at, split.created_id))
    turns: list[tuple[UUID | None, Sequence[SplitOff]]] = []
    for unit_id in sorted(closed, key=lambda one: (closed[one], -_steps(one, resettled.successors))):
        before = [split for split in waiting if split.split_at < closed[unit_id]]
        waiting = waiting[len(before) :]
        turns.append((unit_id, before))
    return [*turns, (None, waiting)]


def _steps(unit_id: UUID, successors: Mapping[UUID, UUID]) -> int:
    """How many mergers lead from a unit to where its workers are in the end."""
    count = 0
    while unit_id in successors:
        unit_id, count = successors[unit_id], count + 1
    return count
