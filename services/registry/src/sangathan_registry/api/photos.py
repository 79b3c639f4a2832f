"""``/v1/workers/{worker_id}/photo``: a worker's photo, put, shown and taken away; and one's own."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from fastapi import Query, Response
from msgspec import Meta

from sangathan_chassis.edge import edge_router
from sangathan_chassis.etags import etag, not_modified, require_match
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import ActDep
from sangathan_registry.commands import open_photo, put_photo
from sangathan_registry.domain.photos import TAKEN, Photo, read_photo

router = edge_router(tags=["photos"])
JPEG: Final = "image/jpeg"
# It may be kept on the device, and is asked for again each time: whether it may be shown changes with the office.
_SHOWN: Final = {
    "cache-control": "private, no-cache",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "content-disposition": 'inline; filename="photo.jpg"',
}
LookUp = Annotated[
    UUID | None, Query(description="The look-up that this is part of, as the link to the photo names it; or nothing.")
]


class PhotoOut(msgspec.Struct, frozen=True, kw_only=True):
    """A photo as it is kept: a JPEG of this size; ``version`` is that of the record under which it came."""

    worker_id: UUID
    version: int
    width: int
    height: int
    size: Annotated[int, Meta(description="In bytes.")]
    put_by: UUID
    put_at: datetime


@router.put(
    "/v1/workers/{worker_id}/photo",
    **described("photo.keep", body=TAKEN, reply=PhotoOut, headers=("ETag", "If-Match"), refusals=(404, 409, 412, 428)),
)
async def keep_photo(worker_id: UUID, act: ActDep) -> Response:
    """Give a worker's record a photo: JPEG, PNG or WebP by its content, at most 3 MB, a still.

    It is turned upright and made smaller, and nothing but the picture is kept. The same file again changes nothing;
    to replace another photo send its ETag in If-Match, or the answer is 428.
    """
    said = act.request.headers.get("content-type", "")
    content = read_photo(await act.request.body(), said)
    command = put_photo.PutPhoto(worker_id, content, lambda version: require_match(act.request, version))
    photo = await put_photo.handle(act.work, (act.parts.sealer, act.parts.pictures), act.caller, command)
    shown = {name: getattr(photo, name) for name in PhotoOut.__struct_fields__}
    return json_reply(PhotoOut(**shown), 200, {"etag": etag(photo.version)})


@router.get(
    "/v1/workers/{worker_id}/photo",
    **described("photo.read", opens="work", media=(JPEG,), headers=("ETag", "304"), refusals=(404,)),
)
async def see_photo(worker_id: UUID, act: ActDep, look_up: LookUp = None) -> Response:
    """See a worker's photo; the reading is on the audit trail, with the purpose of the look-up that it is part of."""

    def has_it(photo: Photo) -> bool:
        return not_modified(act.request, etag(photo.version)) is not None

    command = open_photo.OpenPhoto(worker_id, look_up)
    photo, picture = await open_photo.handle(act.work, act.parts.sealer, act.caller, command, has_it=has_it)
    tag = etag(photo.version)
    return not_modified(act.request, tag) or Response(picture, media_type=JPEG, headers={**_SHOWN, "etag": tag})


@router.delete(
    "/v1/workers/{worker_id}/photo",
    **described("photo.keep", status=204, refusals=(404, 409, 412, 428)),
)
async def remove_photo(worker_id: UUID, act: ActDep) -> Response:
    """Take a worker's photo away for good, under its version that you have seen."""
    command = put_photo.RemovePhoto(worker_id, lambda version: require_match(act.request, version))
    await put_photo.remove(act.work, act.parts.sealer, act.caller, command)
    return Response(status_code=204)


@router.get("/v1/my-photo", **described("record.own", opens="work", media=(JPEG,), refusals=(404,)))
async def see_own_photo(act: ActDep) -> Response:
    """See the photo in your own record."""
    _, picture = await open_photo.handle_own(act.work, act.parts.sealer, act.caller)
    return Response(picture, media_type=JPEG, headers=_SHOWN)
