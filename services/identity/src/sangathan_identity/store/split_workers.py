"""Workers who were named when a unit was split: ids, for replicas that start from a snapshot."""

from collections.abc import Sequence
from uuid import UUID

from sangathan_chassis.database import Work


async def insert(work: Work, ends: tuple[UUID, UUID], worker_ids: Sequence[UUID]) -> None:
    """Keeps who went from the first unit to the second, which was created for them."""
    await work.raw.execute(
        "INSERT INTO split_workers (created_id, worker_id, unit_id, split_at)"
        " SELECT $2, worker_id, $1, $4 FROM unnest($3::uuid[]) AS worker_id",
        *ends,
        worker_ids,
        work.now,
    )


async def forget(work: Work, worker_ids: Sequence[UUID]) -> int:
    """Of erased records not even the ids remain; gives how many there were."""
    done = await work.raw.execute("DELETE FROM split_workers WHERE worker_id = ANY($1)", worker_ids)
    return int(done.split()[-1])
