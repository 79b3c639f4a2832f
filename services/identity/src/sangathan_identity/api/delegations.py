"""Passing a part of the own office on: for a while, one level deep, never wider or longer than the own."""

from contextlib import nullcontext
from typing import Annotated

from fastapi import Request, Response
from pydantic import Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, WorkDep, declares, edge_router
from sangathan_chassis.fields import IsoMoment
from sangathan_chassis.replies import single_reply
from sangathan_identity.api.appointment_schemas import AppointmentIdParam, AppointmentOut, WhoseOffice, appointee_of
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.commands import delegate_appointment
from sangathan_identity.commands.delegate_appointment import DelegateAppointment
from sangathan_identity.domain.appointments import Term
from sangathan_identity.queries.appointments import get_appointment

router = edge_router(tags=["appointments"])

Action = Annotated[str, Field(min_length=1, max_length=60, examples=["worker.list"])]


class DelegationIn(WhoseOffice):
    """To whom, where, what, and from when up to when."""

    actions: list[Action] = Field(
        min_length=1,
        max_length=100,
        description="What is lent: of the own office's actions those that may be passed on (`GET /v1/offices`).",
        examples=[["worker.list", "worker.read"]],
    )
    valid_to: IsoMoment = Field(
        description="The moment it lapses: 90 days ahead at most, and not after the own appointment.",
        examples=["2022-02-20T00:00:00+05:30"],
    )


@router.post(
    "/v1/appointments/{appointment_id}/delegations",
    summary="Pass a part of your office on for a while",
    status_code=201,
    response_model=AppointmentOut,
    responses=refuses(
        404,
        _403="It is not the appointment you act under, or not held in your own right.",
        _409="Held there already, the person is suspended, the number is another's, or the unit is closed.",
        _429="Too many requests, or too many numbers that were other people's today.",
    ),
    **declares("appointment.delegate"),
)
async def delegate(
    *,
    request: Request,
    appointment_id: AppointmentIdParam,
    body: DelegationIn,
    caller: CallerDep,
    work: WorkDep,
    parts: PartsDep,
) -> Response:
    """Lends actions at the own unit or one beneath it; ended, lapsed or suspended, the giver takes them along."""
    term = Term(body.valid_from or work.now, body.valid_to)
    command = DelegateAppointment(appointment_id, appointee_of(body), body.unit_id, frozenset(body.actions), term)
    async with parts.numbers.watched(caller, work.now) if body.person else nullcontext():
        lent = await delegate_appointment.handle(work, caller, command, parts.sealer)
    appointment = await get_appointment(work.raw, caller.scope, lent.id)
    reply = single_reply(request, appointment, appointment.version)
    reply.status_code = 201
    reply.headers["location"] = f"/v1/appointments/{lent.id}"
    return reply
