"""``GET /v1/case-statements/{id}``: a signed statement, to print in both languages or to hand on as it was signed."""

from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.replies import PRIVATE
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import ActDep
from sangathan_registry.api.statement_page import POLICY, statement_page
from sangathan_registry.commands import read_case
from sangathan_registry.commands.state_case import STATEMENT

router = edge_router(tags=["cases"])
_MEDIA: Final = {"html": "text/html", "jws": "application/jose"}
Format = Annotated[
    Literal["html", "jws"], Query(description="A page to print, or the signed text by itself (RFC 7515).")
]


@router.get(
    "/v1/case-statements/{statement_id}",
    **described("case.read", opens="work", media=tuple(_MEDIA.values()), refusals=(404,)),
)
async def read_statement(statement_id: UUID, act: ActDep, format: Format = "html") -> Response:  # noqa: A002 - the parameter's name is the API's.
    """Read a signed statement, to print in Hindi and English or to hand on; the reading is on the audit trail."""
    read = await read_case.statement(act.work, act.parts.sealer, act.caller, statement_id)
    headers = {**PRIVATE, "x-content-type-options": "nosniff"}
    if format == "jws":
        return Response(read.text, media_type=_MEDIA[format], headers=headers)
    claims = act.parts.signer.read(read.text, typ=STATEMENT) or {}
    where = f"{act.parts.settings.public_url}/statement"
    page = statement_page(claims, read.text, replaced=read.replaced, where=where)
    return Response(page, media_type=_MEDIA[format], headers={**headers, "content-security-policy": POLICY})
