"""Opens a worker's photo: a read that is on the trail, with the purpose of the look-up that led to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import FORBIDDEN, NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.photos import PHOTO, Photo
from sangathan_registry.domain.vistarak import sees_only_own_captures
from sangathan_registry.queries.photos import with_photos
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import audit, photos, workers

LOOK_UP_LASTS: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OpenPhoto:
    """Whose photo, and the entry on the trail of the look-up that showed that there is one."""

    worker_id: UUID
    look_up: UUID | None = None


async def handle(
    work: Work, sealer: Sealer, caller: Caller, command: OpenPhoto, *, has_it: Callable[[Photo], bool]
) -> tuple[Photo, bytes]:
    """The photo and its picture; ``has_it`` says that the caller holds it, and then nothing is shown or noted."""
    if PHOTO not in caller.field_classes:
        raise Refusal(FORBIDDEN, "Your office does not see photos.")
    worker = await workers.find(work, sealer, command.worker_id)
    photo = None if worker is None else await photos.find(work, worker.id)
    if worker is None or photo is None or (sees_only_own_captures(caller.office) and worker.captured_by != caller.eyes):
        raise Refusal(NOT_FOUND)
    purpose = None if command.look_up is None else await _purpose(work, caller, (command.look_up, worker.id))
    if has_it(photo):
        return photo, b""
    subject = audit.Subject(worker.unit_id, worker.path, worker.id)
    await audit.note(work, caller, subject, purpose=purpose, fields=[PHOTO])
    return photo, photos.PICTURES.open(sealer, photo.id, photo.sealed)


async def handle_own(work: Work, sealer: Sealer, caller: Caller) -> tuple[Photo, bytes]:
    """The person's own, wherever the record stands."""
    async with beyond_scope(work):
        for worker_id in await workers.of_person(work, caller.person):
            if photo := await photos.find(work, worker_id):
                return photo, photos.PICTURES.open(sealer, photo.id, photo.sealed)
    raise Refusal(NOT_FOUND)


async def to_be_seen(
    work: Work, caller: Caller, subjects: Sequence[audit.Subject], entries: Sequence[UUID]
) -> dict[UUID, UUID]:
    """Which of the workers that a look-up has shown have a photo, with the entry under which the caller may see it."""
    if PHOTO not in caller.field_classes:
        return {}
    noted = {one.worker_id: entry for one, entry in zip(subjects, entries, strict=True) if one.worker_id is not None}
    return {worker_id: noted[worker_id] for worker_id in await with_photos(work.raw, work.scope, list(noted))}


async def _purpose(work: Work, caller: Caller, shown: tuple[UUID, UUID]) -> str:
    purpose = await audit.purpose_of(work, caller, shown, work.now - LOOK_UP_LASTS)
    if purpose is None:
        raise Refusal(NOT_FOUND, "This look-up is not yours, is over, or did not show this record.")
    return purpose
