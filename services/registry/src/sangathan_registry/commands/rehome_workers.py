"""Lets workers go on at another unit when theirs was split or merged; a second time finds nobody left to move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_contracts.registry import WorkerChanged
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


async def handle_merged(work: Work, successors: Mapping[UUID, UUID]) -> None:
    """Lets go on whoever is still at a merged unit: the event that told of it may have been missed."""
    for unit_id in await rehoming.left_behind(work, list(successors)):
        into = successors[unit_id]
        while into in successors:
            into = successors[into]
        await handle(work, RehomeWorkers(unit_id, into))
