"""Gives a worker's record a photo, and takes it away again; whoever sends the same file again changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import WorkerChanged
from sangathan_registry.commands.redraw_pictures import PicturePool
from sangathan_registry.domain.photos import PHOTO, PORTRAIT, Photo, Picture
from sangathan_registry.domain.refusals import WORKER_MERGED, WORKER_WITHDRAWN
from sangathan_registry.domain.revisions import Act
from sangathan_registry.domain.vistarak import sees_only_own_captures
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import audit, photos, revisions, workers

MayReplace = Callable[[int], None]
"""Refuses unless the caller has seen the photo of this version."""


@dataclass(frozen=True, slots=True)
class PutPhoto:
    """Whose photo, and the file as it was sent."""

    worker_id: UUID
    content: bytes
    may_replace: MayReplace


@dataclass(frozen=True, slots=True)
class RemovePhoto:
    """Whose photo."""

    worker_id: UUID
    may_replace: MayReplace


async def handle(work: Work, tools: tuple[Sealer, PicturePool], caller: Caller, command: PutPhoto) -> Photo:
    """The photo as it is kept; another one is replaced only by who has seen it."""
    sealer, pool = tools
    index = photos.PICTURES.sent_index(sealer, command.content)
    await _on_record(work, sealer, caller, command.worker_id)
    if same := await _kept(work, command, index):
        return same
    # Nobody waits for the record while the picture is drawn, and so all is asked once more after it.
    picture = await pool.redrawn(command.content, PORTRAIT)
    worker = await _on_record(work, sealer, caller, command.worker_id, lock=True)
    if same := await _kept(work, command, index):
        return same
    photo = _photo(sealer, worker, picture, (index, caller.person, work.now))
    await workers.save(
        work, sealer, worker.changed(worker.particulars, work.now), revisions.by(caller, Act.PHOTOGRAPHED)
    )
    await photos.put(work, photo)
    await _tell(work, caller, worker)
    return photo


async def remove(work: Work, sealer: Sealer, caller: Caller, command: RemovePhoto) -> None:
    """Takes it away for good, and what records that were merged into this one hold of the same file."""
    worker = await _on_record(work, sealer, caller, command.worker_id, lock=True)
    photo = await photos.find(work, worker.id)
    if photo is None:
        raise Refusal(NOT_FOUND)
    command.may_replace(photo.version)
    await workers.save(
        work, sealer, worker.changed(worker.particulars, work.now), revisions.by(caller, Act.PHOTO_REMOVED)
    )
    async with beyond_scope(work):
        merged = await workers.merged_into(work, worker.id)
        await photos.remove_same(work, [worker.id, *merged], photo.sent_index)
    await _tell(work, caller, worker)


async def _kept(work: Work, command: PutPhoto, index: bytes) -> Photo | None:
    own = await photos.find(work, command.worker_id)
    if own is None or own.sent_index == index:
        return own
    command.may_replace(own.version)
    return None


async def _on_record(work: Work, sealer: Sealer, caller: Caller, worker_id: UUID, *, lock: bool = False) -> Worker:
    found = workers.find_for_change if lock else workers.find
    worker = await found(work, sealer, worker_id)
    if worker is None or (sees_only_own_captures(caller.office) and worker.captured_by != caller.eyes):
        raise Refusal(NOT_FOUND)
    if worker.status in {Status.WITHDRAWN, Status.ERASED, Status.HELD}:
        raise Refusal(WORKER_WITHDRAWN, "Of who is not on record no photo is kept.")
    if worker.status is Status.MERGED:
        raise Refusal(WORKER_MERGED, "The photo belongs to the record that was kept, whose id stands in merged_into.")
    return worker


def _photo(sealer: Sealer, worker: Worker, picture: Picture, sent: tuple[bytes, UUID, datetime]) -> Photo:
    photo_id, (index, by, at) = uuid7(), sent
    return Photo(
        worker_id=worker.id,
        id=photo_id,
        version=worker.version + 1,
        sealed=photos.PICTURES.seal(sealer, photo_id, picture.content),
        sent_index=index,
        width=picture.width,
        height=picture.height,
        size=len(picture.content),
        put_by=by,
        put_at=at,
    )


async def _tell(work: Work, caller: Caller, worker: Worker) -> None:
    await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id), fields=[PHOTO])
    event = WorkerChanged(worker_id=worker.id, unit_id=worker.unit_id, version=worker.version + 1)
    work.publish(event, path=worker.path)
