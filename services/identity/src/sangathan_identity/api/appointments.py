"""Who holds which office: read it, appoint from above, end an appointment."""

from contextlib import nullcontext
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.fields import IsoMoment
from sangathan_chassis.pages import CursorParam, Limit, Page, below, path_of
from sangathan_chassis.replies import page_reply, single_reply
from sangathan_identity.api.appointment_schemas import (
    AppointmentIdParam,
    AppointmentOut,
    Office,
    WhoseOffice,
    appointee_of,
)
from sangathan_identity.api.fields import AsOf, Reason
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.api.units import refuse_without_date
from sangathan_identity.commands import end_appointment, make_appointment
from sangathan_identity.commands.end_appointment import EndAppointment
from sangathan_identity.commands.make_appointment import MakeAppointment
from sangathan_identity.domain.appointments import Term
from sangathan_identity.domain.charges import Charge
from sangathan_identity.queries.appointments import (
    AppointmentFilter,
    Standing,
    get_appointment,
    list_appointments,
    list_past_appointments,
)

router = edge_router(tags=["appointments"])

_FIRST = UUID(int=0)


class AppointmentIn(WhoseOffice):
    """Who, which office, where, for which term, and whether only as an acting charge."""

    office: Office
    valid_to: IsoMoment | None = Field(
        default=None,
        description="The moment it lapses; open when left out.",
        examples=["2024-01-31T00:00:00+05:30"],
    )
    acting: bool = Field(
        default=False,
        description="Only until the office has a regular holder, and for 90 days at most.",
        examples=[False],
    )
    absence_reason: Reason | None = Field(
        default=None,
        description="Of an acting charge: why the holder cannot act. Left out, the office must be vacant.",
        examples=["on leave until the end of the month"],
    )


@router.get(
    "/v1/appointments",
    summary="List who holds which office",
    response_model=Page[AppointmentOut],
    responses=refuses(404),
    **declares("appointment.list"),
)
async def read_appointments(  # noqa: PLR0913 - FastAPI reads each query parameter from one of these.
    *,
    request: Request,
    caller: CallerDep,
    read: ReadDep,
    parts: PartsDep,
    unit_id: Annotated[UUID | None, Query(description="Only at this unit or beneath it.")] = None,
    office: Annotated[str | None, Query(max_length=60, description="Only this office.")] = None,
    standing: Annotated[
        Standing, Query(description="`current` holds those that are still to begin as well.")
    ] = "current",
    as_of: Annotated[
        AsOf | None, Query(description="Those who held office then, whatever `standing` says of today.")
    ] = None,
    stood_beneath: Annotated[
        UUID | None, Query(description="With `as_of`: only at units that stood at or beneath this one then.")
    ] = None,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """Gives appointments within the caller's own unit, in the order of the units' paths."""
    purpose = f"appointments:{unit_id}:{office}:{standing}:{as_of}:{stood_beneath}"
    after = ("", _FIRST)
    if cursor:
        kept, last = parts.cursors.decode(cursor, purpose=purpose)
        after = (path_of(kept, caller.scope), UUID(last))
    wanted = AppointmentFilter(unit_id, office, standing, stood_beneath)
    if as_of is None:
        refuse_without_date(stood_beneath)
        now = parts.clock.now()
        rows = await list_appointments(read, caller.scope, wanted, now=now, after=after, limit=limit + 1)
    else:
        rows = await list_past_appointments(read, caller.scope, wanted, at=as_of, after=after, limit=limit + 1)
    end = rows[limit - 1] if len(rows) > limit else None
    following = parts.cursors.encode([below(end.path, caller.scope), str(end.id)], purpose=purpose) if end else None
    return page_reply(request, rows[:limit], following)


@router.get(
    "/v1/appointments/{appointment_id}",
    summary="Read an appointment",
    response_model=AppointmentOut,
    responses=refuses(404),
    **declares("appointment.list"),
)
async def read_appointment(
    request: Request, appointment_id: AppointmentIdParam, caller: CallerDep, read: ReadDep
) -> Response:
    """Gives the appointment with its ETag."""
    appointment = await get_appointment(read, caller.scope, appointment_id)
    return single_reply(request, appointment, appointment.version)


@router.post(
    "/v1/appointments",
    summary="Appoint a person to an office",
    status_code=201,
    response_model=AppointmentOut,
    responses=refuses(
        404,
        _403="The caller's office does not appoint to this one.",
        _409="Held there already, the person is suspended, the number is another's, or the unit is closed.",
        _429="Too many requests, or too many numbers that were other people's today.",
    ),
    **declares("appointment.make"),
)
async def appoint(
    *, request: Request, body: AppointmentIn, caller: CallerDep, work: WorkDep, parts: PartsDep
) -> Response:
    """Appoints from above: at the caller's unit or beneath it, to an office that the caller's office gives.

    Who is appointed in their own right ends an acting charge of that office there.
    """
    term = Term(body.valid_from or work.now, body.valid_to)
    charge = Charge(body.absence_reason) if body.acting else None
    command = MakeAppointment(appointee_of(body), body.office, body.unit_id, term, charge)
    async with parts.numbers.watched(caller, work.now) if body.person else nullcontext():
        made = await make_appointment.handle(work, caller, command, parts.sealer)
    appointment = await get_appointment(work.raw, caller.scope, made.id)
    reply = single_reply(request, appointment, appointment.version)
    reply.status_code = 201
    reply.headers["location"] = f"/v1/appointments/{made.id}"
    return reply


@router.post(
    "/v1/appointments/{appointment_id}/endings",
    summary="End an appointment",
    response_model=AppointmentOut,
    responses=refuses(404, _403="The caller's office does not give this one.", _409="The appointment is over already."),
    **declares("appointment.end"),
)
async def end(request: Request, appointment_id: AppointmentIdParam, caller: CallerDep, work: WorkDep) -> Response:
    """Ends it now; its holder is refused everywhere within moments."""
    ended = await end_appointment.handle(work, caller, EndAppointment(appointment_id))
    appointment = await get_appointment(work.raw, caller.scope, ended.id)
    return single_reply(request, appointment, appointment.version)
