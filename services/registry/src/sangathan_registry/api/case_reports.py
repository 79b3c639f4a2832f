"""What anybody may do without an account: report an impostor, and check a statement that they were shown."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.bodies import Body, refuse_if
from sangathan_registry.api.case_intake import read_claim
from sangathan_registry.api.case_schemas import ReportIn, ReportOut, StandingOut, StatementIn
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import ActDep
from sangathan_registry.commands import add_public_evidence, open_case, read_case
from sangathan_registry.commands.state_case import STATEMENT
from sangathan_registry.domain.cases import clean_text
from sangathan_registry.domain.evidence_files import PUBLIC_TYPES, read_public_evidence

router = edge_router(tags=["cases"])
Reference = Annotated[str, Path(min_length=11, max_length=11, description="The number that the report was given.")]
_REPORT, _STATEMENT = Body(ReportIn), Body(StatementIn)


@router.post("/v1/case-reports", **described("case.report", body=ReportIn, reply=ReportOut, status=201))
async def report_one(act: ActDep) -> Response:
    """Report somebody who passes as one of ours; no account is needed, and nobody has to say who they are.

    The answer is a number to quote, and the same whatever is on record.
    """
    sent = await _REPORT.read(act.request)
    claim, index, faults = read_claim(act.parts.sealer, sent.claim, sent.what, (sent.happened_on, act.work.now))
    contact = clean_text(sent.contact, "contact", faults)
    refuse_if(faults)
    command = open_case.OpenCase(sent.unit_id, claim, index, sent.happened_on, contact)
    intake = act.parts.settings.report_unit_id
    return json_reply(ReportOut(reference=await open_case.report(act.work, act.parts.sealer, command, intake)), 201)


@router.post(
    "/v1/case-reports/{reference}/files",
    **described("case.report", body=PUBLIC_TYPES, reply=ReportOut, status=201, refusals=(404, 409)),
)
async def add_file_to_report(reference: Reference, act: ActDep) -> Response:
    """Add a file to a report that you made today, under its number: a picture or a PDF, at most 5 MB, 3 to a report.

    A picture is drawn anew, without the place and the camera that a phone writes into it. The same file again changes
    nothing. Only those who look into the case see it.
    """
    file = read_public_evidence(await act.request.body(), act.request.headers.get("content-type", ""))
    tools = (act.parts.sealer, act.parts.evidence, act.parts.pictures)
    await add_public_evidence.handle(act.work, tools, add_public_evidence.AddPublicEvidence(reference, file))
    return json_reply(ReportOut(reference=reference), 201)


@router.post(
    "/v1/statement-verifications",
    **described("statement.verify", body=StatementIn, reply=StandingOut, opens="look"),
)
async def verify_statement(act: ActDep) -> Response:
    """Check a statement that you were shown: whether we signed it, and whether it still stands."""
    sent = await _STATEMENT.read(act.request)
    claims = act.parts.signer.read("".join(sent.statement.split()), typ=STATEMENT)
    if claims is None:
        return json_reply(StandingOut(genuine=False, standing=None, claims=None))
    row = await read_case.standing(act.work, UUID(claims["jti"]))
    stands = row is not None and row["replaced_at"] is None
    return json_reply(StandingOut(genuine=True, standing="stands" if stands else "replaced", claims=claims))
