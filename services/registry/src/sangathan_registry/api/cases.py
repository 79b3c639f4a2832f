"""``/v1/cases``: somebody is said to pass as one of ours; office-bearers look into it and decide."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.etags import etag, not_modified, require_match
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_chassis.refusal import Pointer
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.bodies import Body, refuse_if
from sangathan_registry.api.case_intake import read_claim
from sangathan_registry.api.case_present import CasePresenter, matches_out
from sangathan_registry.api.case_schemas import (
    CaseDecisionIn,
    CaseIn,
    CaseLineOut,
    CaseOut,
    CasePage,
    MatchesOut,
    ReporterOut,
    Status,
    StepIn,
)
from sangathan_registry.api.described import described
from sangathan_registry.api.id_pages import IdPages
from sangathan_registry.api.parts import Act, ActDep, LookDep
from sangathan_registry.api.workers import UnitFilter
from sangathan_registry.commands import decide_case, handle_case, match_case, open_case, read_case
from sangathan_registry.domain.cases import Case, Outcome, StepKind, clean_text
from sangathan_registry.queries.cases import list_cases, whole_case
from sangathan_registry.queries.units import narrowed

router = edge_router(tags=["cases"])
_CASE, _STEP, _DECISION = Body(CaseIn), Body(StepIn), Body(CaseDecisionIn)
StatusFilter = Annotated[Status | None, Query(description="How far the cases have come; all when left out.")]


@router.post(
    "/v1/cases",
    **described("case.open", body=CaseIn, reply=CaseOut, status=201, headers=("ETag", "Location"), refusals=(404, 409)),
)
async def open_one(act: ActDep) -> Response:
    """Open a case about somebody who is said to pass as one of ours; the units concerned are told."""
    sent = await _CASE.read(act.request)
    claim, index, faults = read_claim(act.parts.sealer, sent.claim, sent.what, (sent.happened_on, act.work.now))
    refuse_if(faults)
    command = open_case.OpenCase(sent.unit_id, claim, index, sent.happened_on)
    case = await open_case.handle(act.work, act.parts.sealer, act.caller, command)
    return await _single(act, case, 201, {"location": f"/v1/cases/{case.id}"})


@router.get("/v1/cases", **described("case.read", reply=CasePage, headers=("Link",), refusals=(404,)))
async def list_of_scope(  # noqa: PLR0917 - FastAPI reads filters from the signature.
    look: LookDep,
    unit_id: UnitFilter = None,
    status: StatusFilter = None,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """List the cases of your unit and all below it, newest first, without what was claimed."""
    pages = IdPages(look, (limit, cursor), "cases", unit_id, status)
    scope = await narrowed(look.read, look.caller.scope, unit_id)
    rows = await list_cases(look.read, scope, status=status, before=pages.start, limit=limit)
    return pages.reply(rows, lambda row: CaseLineOut(**dict(row)))


@router.get(
    "/v1/cases/{case_id}",
    **described("case.read", reply=CaseOut, opens="work", headers=("ETag", "304"), refusals=(404,)),
)
async def read_one(case_id: UUID, act: ActDep) -> Response:
    """Read a case with its steps, evidence and statements; the reading is on the audit trail."""

    def has_it(case: Case) -> bool:
        return not_modified(act.request, _tag(act, case)) is not None

    case, whole = await read_case.handle(act.work, act.parts.sealer, act.caller, case_id, has_it=has_it)
    tag = _tag(act, case)
    return not_modified(act.request, tag) or json_reply(_presenter(act).case(case, whole), 200, {"etag": tag})


@router.get(
    "/v1/cases/{case_id}/matches", **described("case.read", reply=MatchesOut, opens="work", refusals=(404, 409))
)
async def read_matches(case_id: UUID, act: ActDep) -> Response:
    """See what the records hold beside the claim. It is evidence for people to weigh, and decides nothing.

    A claimed number is looked for over the whole record and answered by yes or no with the unit, and counts among the
    questions of your day; names, offices and other cases are looked for in your unit and below.
    """
    per_day = act.parts.settings.questions_per_day
    found = await match_case.handle(act.work, act.parts.sealer, act.caller, case_id, per_day=per_day)
    return json_reply(matches_out(found))


@router.get(
    "/v1/cases/{case_id}/reporter", **described("case.contact", reply=ReporterOut, opens="work", refusals=(404,))
)
async def read_reporter(case_id: UUID, act: ActDep) -> Response:
    """Read how to reach whoever reported a case, if they said; the reading is on the audit trail."""
    contact = await read_case.reporter(act.work, act.parts.sealer, act.caller, case_id)
    return json_reply(ReporterOut(contact=contact))


@router.post(
    "/v1/cases/{case_id}/steps",
    **described("case.handle", body=StepIn, reply=CaseOut, headers=("ETag",), refusals=(404, 409, 412, 428)),
)
async def take_step(case_id: UUID, act: ActDep) -> Response:
    """Say that you have looked at a case, or pass it on to the unit that it concerns, under the version you read."""
    sent = await _STEP.read(act.request)
    faults: list[Pointer] = []
    note = clean_text(sent.remark, "remark", faults, lines=True)
    refuse_if(faults)
    command = handle_case.HandleCase(
        case_id, lambda case: require_match(act.request, case.version), StepKind(sent.step), note, sent.unit_id
    )
    return await _single(act, await handle_case.handle(act.work, act.parts.sealer, act.caller, command))


@router.post(
    "/v1/cases/{case_id}/decisions",
    **described("case.decide", body=CaseDecisionIn, reply=CaseOut, headers=("ETag",), refusals=(404, 409, 412, 428)),
)
async def decide_one(case_id: UUID, act: ActDep) -> Response:
    """Decide a case under the version you read; a later decision replaces an earlier one and its statement.

    `impostor` gives a signed statement that the person is not on record, if the record bears it out; `one-of-ours`
    gives one that the worker is.
    """
    sent = await _DECISION.read(act.request)
    faults: list[Pointer] = []
    note = clean_text(sent.reasons, "reasons", faults, lines=True) or ""
    refuse_if(faults)
    command = decide_case.DecideCase(
        case_id, lambda case: require_match(act.request, case.version), Outcome(sent.outcome), note, sent.worker_id
    )
    keys = (act.parts.sealer, act.parts.signer)
    return await _single(act, await decide_case.handle(act.work, keys, act.caller, command))


def _presenter(act: Act) -> CasePresenter:
    return CasePresenter(act.parts.sealer, act.caller.field_classes)


def _tag(act: Act, case: Case) -> str:
    return etag(case.version, variant=_presenter(act).variant)


async def _single(act: Act, case: Case, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    whole = await whole_case(act.work.raw, case.id)
    return json_reply(_presenter(act).case(case, whole), status, {"etag": _tag(act, case), **(headers or {})})
