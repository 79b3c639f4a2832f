"""``/v1/workers/{worker_id}/consent-evidence/{kind}``: the signature or photo by which somebody agreed."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from fastapi import Path, Response
from msgspec import Meta

from sangathan_chassis.edge import edge_router
from sangathan_chassis.etags import etag, require_match
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import ActDep
from sangathan_registry.commands import keep_consent_evidence, open_consent_evidence
from sangathan_registry.domain.consent_evidence import ConsentEvidence, Kind
from sangathan_registry.domain.photos import TAKEN, read_photo
from sangathan_registry.domain.refusals import PICTURE_NOT_TAKEN

router = edge_router(tags=["consents"])
JPEG: Final = "image/jpeg"
_PLACE: Final = "/v1/workers/{worker_id}/consent-evidence/{kind}"
_MOST_SIGNATURE: Final = 300_000
_SHOWN: Final = {
    "cache-control": "private, no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
}
KindPath = Annotated[Kind, Path(description="What it is.")]


class ConsentEvidenceOut(msgspec.Struct, frozen=True, kw_only=True):
    """A picture as it is kept: a JPEG of this size; it waits while its record has not come."""

    worker_id: UUID
    kind: Annotated[Literal["signature", "photo"], Meta(examples=["signature"])]
    waiting: Annotated[bool, Meta(description="The record has not come yet; it is kept for it.")]
    width: int
    height: int
    size: Annotated[int, Meta(description="In bytes.")]
    put_by: UUID
    put_at: datetime


@router.put(
    _PLACE,
    **described("worker.sync", body=TAKEN, reply=ConsentEvidenceOut, headers=("ETag",), refusals=(404, 409, 429)),
)
async def keep_evidence(worker_id: UUID, kind: KindPath, act: ActDep) -> Response:
    """Send a person's signature or photo by which they agreed; before, with or after their record, as often as needed.

    JPEG, PNG or WebP by its content: a signature of at most 300 kB, a photo of 3 MB. It is drawn anew and made small.
    The same file again changes nothing; another one of the kind is refused while the record has one.
    """
    content = read_photo(await act.request.body(), act.request.headers.get("content-type", ""))
    if kind is Kind.SIGNATURE and len(content) > _MOST_SIGNATURE:
        raise Refusal(PICTURE_NOT_TAKEN, f"A signature has at most {_MOST_SIGNATURE:,} bytes.")
    command = keep_consent_evidence.KeepConsentEvidence(worker_id, kind, content)
    tools = (act.parts.sealer, act.parts.pictures)
    one = await keep_consent_evidence.handle(act.work, tools, act.caller, command)
    shown = {name: getattr(one, name) for name in ConsentEvidenceOut.__struct_fields__}
    return json_reply(ConsentEvidenceOut(**{**shown, "kind": one.kind.value}), 200, {"etag": etag(one.version)})


@router.get(_PLACE, **described("consent.keep", opens="work", media=(JPEG,), headers=("ETag",), refusals=(404,)))
async def see_evidence(worker_id: UUID, kind: KindPath, act: ActDep) -> Response:
    """See the signature or photo by which somebody agreed; the reading is on the audit trail."""
    command = open_consent_evidence.OpenConsentEvidence(worker_id, kind)
    return _picture(*await open_consent_evidence.handle(act.work, act.parts.sealer, act.caller, command))


@router.delete(_PLACE, **described("consent.keep", status=204, refusals=(404, 412, 428)))
async def remove_evidence(worker_id: UUID, kind: KindPath, act: ActDep) -> Response:
    """Take a wrong signature or photo away for good, under its version that you have seen; the consent stays."""
    command = open_consent_evidence.OpenConsentEvidence(worker_id, kind)

    def may_remove(version: int) -> None:
        require_match(act.request, version)

    await open_consent_evidence.remove(act.work, act.parts.sealer, act.caller, command, may_remove=may_remove)
    return Response(status_code=204)


@router.get("/v1/my-consent-evidence/{kind}", **described("consent.own", opens="work", media=(JPEG,), refusals=(404,)))
async def see_own_evidence(kind: KindPath, act: ActDep) -> Response:
    """See the signature or photo by which you agreed."""
    return _picture(*await open_consent_evidence.handle_own(act.work, act.parts.sealer, act.caller, kind))


def _picture(one: ConsentEvidence, picture: bytes) -> Response:
    named = {"content-disposition": f'inline; filename="{one.kind}.jpg"', "etag": etag(one.version)}
    return Response(picture, media_type=JPEG, headers={**_SHOWN, **named})
