"""What anybody who is signed in may ask about themselves, with or without an office."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response
from pydantic import Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.pages import CursorParam, Limit, Page
from sangathan_chassis.refusal import UNAUTHENTICATED, Refusal
from sangathan_chassis.replies import json_reply, page_reply
from sangathan_identity.api.fields import Reply
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.commands import end_other_sessions, end_session, remove_device
from sangathan_identity.commands.end_session import EndSession
from sangathan_identity.queries.get_me import get_me
from sangathan_identity.queries.list_devices import list_devices
from sangathan_identity.queries.list_sessions import NEWEST, list_sessions

router = edge_router(tags=["me"])

SessionIdParam = Annotated[UUID, Path(description="One of the caller's own sign-ins.")]
DeviceIdParam = Annotated[UUID, Path(description="One of the caller's own devices.")]


class MyAppointmentOut(Reply):
    """An office held now."""

    id: UUID
    office: str = Field(examples=["district-president"])
    office_name_hi: str = Field(examples=["जिला अध्यक्ष"])
    office_name_en: str = Field(examples=["District President"])
    unit_id: UUID
    unit_name_hi: str = Field(examples=["ग्वालियर नगर"])
    unit_name_en: str = Field(examples=["Gwalior Nagar"])
    level: str = Field(examples=["district"])
    path: str = Field(examples=["in.mp.d07."])
    valid_from: datetime
    valid_to: datetime | None = Field(description="The moment from which it gives no rights; null is an open end.")


class MeOut(Reply):
    """The caller."""

    id: UUID
    name_hi: str = Field(examples=["अनिल नमूना"])
    name_en: str = Field(examples=["Anil Namuna"])
    phone: str = Field(description="The own number, in E.164.", examples=["+916000000001"])
    appointments: list[MyAppointmentOut] = Field(description="The offices held now, the highest unit first.")


class SessionOut(Reply):
    """A sign-in that is alive."""

    id: UUID
    device: str = Field(description="What the device called itself.", examples=["Redmi 9A"])
    device_id: UUID | None = Field(description="The device in the list of devices.")
    amr: str = Field(
        description="How, the first one first: `pwd`, `sms`, `otp`, `swk` (RFC 8176) and others.", examples=["pwd otp"]
    )
    acr: str = Field(description="The assurance: `1` one factor, `2` two, or a passkey.", examples=["2"])
    created_at: datetime
    last_used_at: datetime = Field(description="The last sign-in or refresh.")
    current: bool = Field(description="Whether it is the one that asks.")


class DeviceOut(Reply):
    """A device that is known."""

    id: UUID
    name: str = Field(description="What the device called itself.", examples=["Redmi 9A"])
    enrolled: bool = Field(description="Whether it was enrolled ahead and signs in by a key of its own.")
    created_at: datetime
    last_used_at: datetime = Field(description="The last sign-in on it.")
    current: bool = Field(description="Whether it is the one that asks.")


class EndedOut(Reply):
    """How many sign-ins were ended."""

    ended: int = Field(examples=[2])


@router.get("/v1/me", summary="Who am I", response_model=MeOut, responses=refuses(404), **declares("me.read"))
async def read_me(caller: CallerDep, read: ReadDep, parts: PartsDep) -> Response:
    """Gives the caller's own record and the offices held now."""
    return json_reply(await get_me(read, caller.person, parts.clock.now(), parts.sealer))


@router.get(
    "/v1/sessions",
    summary="List my sign-ins",
    response_model=Page[SessionOut],
    responses=refuses(),
    **declares("session.list"),
)
async def read_sessions(
    *,
    request: Request,
    caller: CallerDep,
    read: ReadDep,
    parts: PartsDep,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """Gives the caller's live sign-ins, the newest first."""
    purpose = f"sessions:{caller.person}"
    before = UUID(parts.cursors.decode(cursor, purpose=purpose)[0]) if cursor else NEWEST
    rows = await list_sessions(read, caller.person, caller.session_id, before=before, limit=limit + 1)
    following = parts.cursors.encode([str(rows[limit - 1].id)], purpose=purpose) if len(rows) > limit else None
    return page_reply(request, rows[:limit], following)


@router.post(
    "/v1/sessions/{session_id}/endings",
    summary="End one of my sign-ins",
    status_code=204,
    responses=refuses(404),
    **declares("session.end"),
)
async def end_one(session_id: SessionIdParam, caller: CallerDep, work: WorkDep) -> Response:
    """Ends it; its tokens are refused everywhere within moments."""
    await end_session.handle(work, caller, EndSession(session_id))
    return Response(status_code=204)


@router.post(
    "/v1/sessions/endings",
    summary="End all my other sign-ins",
    response_model=EndedOut,
    responses=refuses(),
    **declares("session.end"),
)
async def end_others(caller: CallerDep, work: WorkDep) -> Response:
    """Ends every sign-in but the one that asks."""
    return json_reply({"ended": await end_other_sessions.handle(work, caller)})


@router.get(
    "/v1/devices",
    summary="List my devices",
    response_model=Page[DeviceOut],
    responses=refuses(),
    **declares("device.list"),
)
async def read_devices(
    *,
    request: Request,
    caller: CallerDep,
    read: ReadDep,
    parts: PartsDep,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """Gives the devices that are known, the newest first."""
    purpose = f"devices:{caller.person}"
    before = UUID(parts.cursors.decode(cursor, purpose=purpose)[0]) if cursor else NEWEST
    rows = await list_devices(read, caller.person, caller.session_id, before=before, limit=limit + 1)
    following = parts.cursors.encode([str(rows[limit - 1].id)], purpose=purpose) if len(rows) > limit else None
    return page_reply(request, rows[:limit], following)


@router.post(
    "/v1/devices/{device_id}/removals",
    summary="Forget one of my devices",
    status_code=204,
    responses=refuses(404),
    **declares("device.end"),
)
async def forget_device(device_id: DeviceIdParam, caller: CallerDep, work: WorkDep) -> Response:
    """Forgets it: its sign-ins end, its key opens nothing any more, and signing in on it again is announced."""
    await remove_device.handle(work, caller, device_id)
    return Response(status_code=204)


@router.post("/v1/sign-out", summary="Sign out", status_code=204, responses=refuses(404), **declares("session.end"))
async def sign_out(caller: CallerDep, work: WorkDep) -> Response:
    """Ends the sign-in that asks."""
    if caller.session_id is None:
        raise Refusal(UNAUTHENTICATED)
    await end_session.handle(work, caller, EndSession(caller.session_id))
    return Response(status_code=204)
