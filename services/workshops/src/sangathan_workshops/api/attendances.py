"""Attendance: an officer checks an invitee in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Body as BodyParam
from fastapi import Response
from pydantic import Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, WorkDep, declares, edge_router
from sangathan_chassis.fields import IsoMoment
from sangathan_chassis.replies import json_reply
from sangathan_workshops.api.fields import Body, Reply, WorkshopIdParam
from sangathan_workshops.commands import record_attendance
from sangathan_workshops.commands.record_attendance import RecordAttendance

router = edge_router(tags=["attendance"])

_ID = "0190d2f0-6c1e-7000-8000-000000000028"


class AttendanceIn(Body):
    """Who was seen, and when."""

    invitation_id: UUID = Field(description="The invitation shown at the door.", examples=[_ID])
    seen_at: IsoMoment | None = Field(
        default=None,
        description="When, with its offset; the scan's own time, not that of sending. Left out: now.",
        examples=["2022-01-05T10:32:00+05:30"],
    )


class AttendanceOut(Reply):
    """An invitee seen at the door."""

    id: UUID = Field(description="Never changes.", examples=[_ID])
    invitation_id: UUID = Field(description="The invitation.", examples=[_ID])
    workshop_id: UUID = Field(description="The workshop.", examples=[_ID])
    seen_at: datetime = Field(description="When they were seen.", examples=["2022-01-05T05:02:00Z"])
    duplicate: bool = Field(
        description="Whether somebody had checked them in before; it is kept all the same.", examples=[False]
    )


@router.post(
    "/v1/workshops/{workshop_id}/attendances",
    summary="Check an invitee in",
    description=(
        "Never refused because of an answer. The first to arrive counts and answers 201; a later one is kept as a "
        "duplicate and answers 200."
    ),
    status_code=201,
    response_model=AttendanceOut,
    responses={200: {"model": AttendanceOut, "description": "Checked in before; kept as a duplicate."}, **refuses(404)},
    **declares("workshop.attendance"),
)
async def record_workshop_attendance(
    workshop_id: WorkshopIdParam, work: WorkDep, caller: CallerDep, body: Annotated[AttendanceIn, BodyParam()]
) -> Response:
    """Checks the invitee in."""
    command = RecordAttendance(
        workshop_id=workshop_id, invitation_id=body.invitation_id, seen_at=body.seen_at, caller=caller
    )
    done = await record_attendance.handle(work, command)
    reply = {
        "id": done.attendance_id,
        "invitation_id": done.invitation_id,
        "workshop_id": done.workshop_id,
        "seen_at": done.seen_at,
        "duplicate": done.duplicate,
    }
    return json_reply(reply, 200 if done.duplicate else 201)
