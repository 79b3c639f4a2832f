"""What becomes of photos when records are merged and parted again, or go.

A kept record without a photo gets a copy of the other's. The other keeps its own out of sight, as it keeps everything,
so that undoing takes the copy away and nothing has to be put back.
"""

from dataclasses import replace
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.worker import Worker
from sangathan_registry.store import photos


async def merge(work: Work, sealer: Sealer, kept: Worker, merged: Worker) -> str | None:
    """The id of the copy that the kept record, in its new version, got; None when it got none."""
    if await photos.find(work, kept.id) is not None:
        return None
    other = await photos.find(work, merged.id)
    if other is None:
        return None
    copy_id = uuid7()
    sealed = photos.PICTURES.seal(sealer, copy_id, photos.PICTURES.open(sealer, other.id, other.sealed))
    await photos.put(work, replace(other, worker_id=kept.id, id=copy_id, version=kept.version, sealed=sealed))
    return str(copy_id)


async def part(work: Work, kept_id: UUID, copy_id: str | None) -> None:
    """Takes the copy away; a photo that the kept record got since is its own and stays."""
    own = await photos.find(work, kept_id)
    if own is not None and str(own.id) == copy_id:
        await photos.take(work, [kept_id])
