"""Where the photo of somebody whom a look-up has shown can be seen, under the purpose of that look-up."""

from collections.abc import Mapping
from uuid import UUID


def photo_link(photos: Mapping[UUID, UUID], worker_id: UUID | None) -> str | None:
    """The path of the photo; None when there is none to be seen."""
    look_up = None if worker_id is None else photos.get(worker_id)
    return None if look_up is None else f"/v1/workers/{worker_id}/photo?look_up={look_up}"
