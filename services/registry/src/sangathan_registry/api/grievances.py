"""``/v1/grievances``: what people ask or complain of about their data, by when it is to be answered, and the answer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_chassis.replies import json_reply, page_reply
from sangathan_registry.api.bodies import MENDING, Body, refuse_if
from sangathan_registry.api.described import described
from sangathan_registry.api.grievance_intake import told_in
from sangathan_registry.api.grievance_present import grievance_out
from sangathan_registry.api.grievance_schemas import (
    BothIn,
    FiledOut,
    GrievanceAnswerIn,
    GrievanceCountOut,
    GrievanceCountsOut,
    GrievanceLineOut,
    GrievanceOut,
    GrievancePage,
    Kind,
    OwnGrievanceIn,
    Status,
)
from sangathan_registry.api.parts import ActDep, LookDep
from sangathan_registry.api.workers import UnitFilter
from sangathan_registry.commands import answer_grievance, file_grievance
from sangathan_registry.domain.cases import clean_text
from sangathan_registry.domain.grievances import Decision
from sangathan_registry.domain.particulars import fault
from sangathan_registry.queries.grievances import Wanted, count_grievances, list_grievances
from sangathan_registry.queries.units import narrowed

router = edge_router(tags=["grievances"])
_ANSWER, _TAKEN = Body(GrievanceAnswerIn), Body(OwnGrievanceIn)
StatusFilter = Annotated[Status | None, Query(description="Open or answered; all when left out.")]
KindFilter = Annotated[Kind | None, Query(description="Only this kind.")]


@router.get("/v1/grievances", **described("grievance.read", reply=GrievancePage, headers=("Link",), refusals=(404,)))
async def list_grievances_by_date(  # noqa: PLR0917 - FastAPI reads filters from the signature.
    look: LookDep,
    unit_id: UnitFilter = None,
    status: StatusFilter = None,
    kind: KindFilter = None,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """List the grievances of your unit and all below it by the date they are due, without what was told."""
    purpose = f"grievances:{look.caller.unit_id}:{unit_id}:{status}:{kind}"
    wanted = Wanted(status, kind)
    if cursor:
        due_at, grievance_id = look.parts.cursors.decode(cursor, purpose=purpose)
        wanted = Wanted(status, kind, (datetime.fromisoformat(due_at), UUID(grievance_id)))
    scope = await narrowed(look.read, look.caller.scope, unit_id)
    rows = await list_grievances(look.read, scope, wanted, limit=limit)
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        position = [rows[-1]["due_at"].isoformat(), str(rows[-1]["id"])]
        following = look.parts.cursors.encode(position, purpose=purpose)
    return page_reply(look.request, [GrievanceLineOut(**dict(row)) for row in rows], following)


@router.get(
    "/v1/grievances/{grievance_id}",
    **described("grievance.read", reply=GrievanceOut, opens="work", refusals=(404,)),
)
async def read_grievance(grievance_id: UUID, act: ActDep) -> Response:
    """Read a grievance with what was told; the reading is on the audit trail."""
    return json_reply(grievance_out(await answer_grievance.read(act.work, act.parts.sealer, act.caller, grievance_id)))


@router.post(
    "/v1/workers/{worker_id}/grievances",
    **described("grievance.take", body=OwnGrievanceIn, reply=FiledOut, status=201, refusals=(404,)),
)
async def take_grievance(worker_id: UUID, act: ActDep) -> Response:
    """Take down what the person on a record asks or complains of; hand them the number and the secret."""
    sent = await _TAKEN.read(act.request)
    told = told_in(sent.kind, sent.told)
    filed = await file_grievance.take(act.work, act.parts.sealer, act.caller, (worker_id, told))
    return json_reply(FiledOut(reference=filed.reference, secret=filed.secret, due_at=filed.due_at), 201)


@router.post(
    "/v1/grievances/{grievance_id}/answers",
    **described("grievance.answer", body=GrievanceAnswerIn, reply=GrievanceOut, refusals=(404, 409)),
)
async def answer_one(grievance_id: UUID, act: ActDep) -> Response:
    """Answer a grievance in Hindi or English; one that says "this is not me" is decided by ``found``.

    `wrong-number` puts the record back without its number, `theirs` as it was, `erased` has it erased.
    """
    sent = await _ANSWER.read(act.request)
    decision = Decision(sent.found) if sent.found else None
    days = act.parts.settings.erasure_days
    command = answer_grievance.AnswerGrievance(grievance_id, _said(sent.reply), decision, days)
    return json_reply(grievance_out(await answer_grievance.handle(act.work, act.parts.sealer, act.caller, command)))


@router.get("/v1/grievance-counts", **described("grievance.read", reply=GrievanceCountsOut, refusals=(404,)))
async def count_open_grievances(
    look: LookDep, unit_id: Annotated[UUID, Query(description="A unit in your scope.")]
) -> Response:
    """Read how many grievances of a unit, and of each right below it, are open and overdue."""
    now = look.request.app.state.database.clock.now()
    rows = await count_grievances(look.read, look.caller.scope, unit_id, now)
    unit, *children = [GrievanceCountOut(**dict(row)) for row in rows]
    return json_reply(GrievanceCountsOut(unit=unit, children=children))


def _said(sent: BothIn) -> dict[str, str]:
    faults: list[Pointer] = []
    given = {"hi": sent.hi, "en": sent.en}
    cleaned = {
        name: clean_text(text, f"reply/{name}", faults, lines=True) for name, text in given.items() if text is not None
    }
    refuse_if(faults)
    if not cleaned:
        raise Refusal(INVALID_INPUT, MENDING, errors=[fault("reply")])
    return {name: text for name, text in cleaned.items() if text}
