"""``/v1/cases/{case_id}/evidence``: files, taken for what is in them, and given back as nothing but a download."""

from typing import Final
from uuid import UUID

from fastapi import Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.etags import etag
from sangathan_chassis.replies import PRIVATE, json_reply
from sangathan_registry.api.case_present import CasePresenter
from sangathan_registry.api.case_schemas import CaseOut
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import ActDep
from sangathan_registry.commands import add_evidence
from sangathan_registry.domain.evidence_files import ENDINGS, read_evidence
from sangathan_registry.queries.cases import whole_case

router = edge_router(tags=["cases"])
_INERT: Final = {
    **PRIVATE,
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
}


@router.post(
    "/v1/cases/{case_id}/evidence",
    **described(
        "case.handle",
        body=tuple(ENDINGS),
        reply=CaseOut,
        status=201,
        headers=("ETag",),
        refusals=(404, 409),
    ),
)
async def add_file(case_id: UUID, act: ActDep) -> Response:
    """Add a file to a case as evidence: at most 8 MB, a picture, PDF, sound or film by its content, 20 to a case.

    The same file again changes nothing.
    """
    said = act.request.headers.get("content-type", "")
    file = read_evidence(await act.request.body(), said)
    kept = (act.parts.sealer, act.parts.evidence)
    case = await add_evidence.handle(act.work, kept, act.caller, add_evidence.AddEvidence(case_id, file))
    presenter = CasePresenter(act.parts.sealer, act.caller.field_classes)
    whole = await whole_case(act.work.raw, case.id)
    return json_reply(presenter.case(case, whole), 201, {"etag": etag(case.version, variant=presenter.variant)})


@router.get(
    "/v1/cases/{case_id}/evidence/{evidence_id}",
    **described("case.read", opens="work", media=tuple(ENDINGS), refusals=(404,)),
)
async def read_file(case_id: UUID, evidence_id: UUID, act: ActDep) -> Response:
    """Download a file of a case; the reading is on the audit trail."""
    kept = (act.parts.sealer, act.parts.evidence)
    file = await add_evidence.read(act.work, kept, act.caller, (case_id, evidence_id))
    name = f"evidence-{evidence_id}.{ENDINGS[file.media_type]}"
    headers = {**_INERT, "content-disposition": f'attachment; filename="{name}"'}
    return Response(file.content, media_type=file.media_type, headers=headers)
