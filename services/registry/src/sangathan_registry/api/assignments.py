"""``/v1/assignments``: which booths a vistarak captures in, and when."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_chassis.replies import json_reply, page_reply
from sangathan_registry.api.assignment_schemas import AssignmentEndIn, AssignmentIn, AssignmentOut, AssignmentPage
from sangathan_registry.api.bodies import Body, refuse_if
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import ActDep, LookDep
from sangathan_registry.api.workers import UnitFilter, captured_by
from sangathan_registry.commands import end_assignment
from sangathan_registry.commands.assign_booth import AssignBooth, handle
from sangathan_registry.domain.age import OLDEST_YEAR
from sangathan_registry.domain.particulars import fault
from sangathan_registry.queries.assignments import AfterAssignment
from sangathan_registry.queries.assignments import list_assignments as query
from sangathan_registry.queries.units import narrowed

router = edge_router(tags=["assignments"])
_ASSIGNMENT, _ENDING = Body(AssignmentIn), Body(AssignmentEndIn)


@router.post(
    "/v1/assignments",
    **described("assignment.make", body=AssignmentIn, reply=AssignmentOut, status=201, refusals=(404,)),
)
async def assign(act: ActDep) -> Response:
    """Assign a booth to a vistarak from one time up to another."""
    sent = await _ASSIGNMENT.read(act.request)
    faults = []
    if sent.valid_from.year < OLDEST_YEAR:
        faults.append(fault("valid_from"))
    if sent.valid_to is not None and sent.valid_to <= sent.valid_from:
        faults.append(fault("valid_to"))
    refuse_if(faults)
    command = AssignBooth(sent.person_id, sent.unit_id, sent.valid_from, sent.valid_to)
    assignment_id, appointment_id = await handle(act.work, act.caller, command)
    made = AssignmentOut(
        id=assignment_id,
        appointment_id=appointment_id,
        person_id=sent.person_id,
        unit_id=sent.unit_id,
        valid_from=sent.valid_from,
        valid_to=sent.valid_to,
        assigned_by=act.caller.person,
        created_at=act.work.now,
        ended_by=None,
        ended_at=None,
    )
    return json_reply(made, 201)


@router.get("/v1/assignments", **described("assignment.read", reply=AssignmentPage, headers=("Link",), refusals=(404,)))
async def list_assignments(  # noqa: PLR0917 - FastAPI reads filters from the signature.
    look: LookDep,
    unit_id: UnitFilter = None,
    person_id: Annotated[UUID | None, Query(description="Only this person's.")] = None,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """List the assignments in your unit and all below it, by unit and person; a vistarak lists the own."""
    own = captured_by(look.caller)
    person_id = own or person_id
    purpose = f"assignments:{look.caller.unit_id}:{unit_id}:{person_id}"
    after = None
    if cursor is not None:
        below, who, row_id = look.parts.cursors.decode(cursor, purpose=purpose)
        after = AfterAssignment(below, UUID(who), UUID(row_id))
    scope = await narrowed(look.read, look.caller.scope, unit_id)
    rows = await query(look.read, scope, person_id=person_id, after=after, limit=limit)
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        last = rows[-1]
        end = [last["path"][len(scope.lo) :], str(last["person_id"]), str(last["id"])]
        following = look.parts.cursors.encode(end, purpose=purpose)
    return page_reply(look.request, [_out(row) for row in rows], following)


@router.post(
    "/v1/assignments/{assignment_id}/endings",
    **described("assignment.make", body=AssignmentEndIn, reply=AssignmentOut, refusals=(404,)),
)
async def end_assignment_early(assignment_id: UUID, act: ActDep) -> Response:
    """End an assignment, or bring its end forward; what was captured until then is taken whenever it comes in."""
    sent = await _ENDING.read(act.request)
    command = end_assignment.EndAssignment(assignment_id, sent.valid_to, sent.why)
    return json_reply(_out(await end_assignment.handle(act.work, act.caller, command)))


def _out(row: asyncpg.Record) -> AssignmentOut:
    return AssignmentOut(**{name: row[name] for name in AssignmentOut.__struct_fields__})
