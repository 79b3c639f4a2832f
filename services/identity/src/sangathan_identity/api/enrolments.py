"""Devices enrolled ahead: codes given out from above, enrolment by the device, and sign-in by its own key."""

from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.pages import CursorParam, Limit, Page
from sangathan_chassis.replies import json_reply, page_reply
from sangathan_identity.adapters.qr import qr_svg
from sangathan_identity.api.fields import Body, Device, Reply
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.api.sign_in import SignedInOut, signed_in_reply
from sangathan_identity.commands import issue_enrolment, withdraw_enrolment
from sangathan_identity.commands.enrol_device import EnrolDevice
from sangathan_identity.commands.issue_enrolment import IssueEnrolment
from sangathan_identity.commands.sign_in_by_device import SignInByDevice
from sangathan_identity.domain.enrolments import AUDIENCE, LONGEST_VALID, QR_PREFIX
from sangathan_identity.queries.list_enrolments import list_enrolments
from sangathan_identity.queries.list_sessions import NEWEST

router = edge_router(tags=["device enrolment"])

_BY_ITSELF: Final = "nothing"
_MOST_HOURS: Final = int(LONGEST_VALID.total_seconds()) // 3_600
EnrolmentIdParam = Annotated[UUID, Path(description="An enrolment for an appointment within the caller's unit.")]


class EnrolmentIn(Body):
    """For whom, and for how long the code is good."""

    appointment_id: UUID = Field(description="An appointment within the caller's unit, of an office the caller gives.")
    valid_hours: int = Field(default=168, ge=1, le=_MOST_HOURS, description="After so many hours the code lapses.")


class EnrolmentIssuedOut(Reply):
    """A code, shown this once, to be scanned or typed on the device."""

    id: UUID
    code: str = Field(description="In any case and grouping.", examples=["7KQ4M-2XD9T-A01BC-9Z8YX"])
    qr_text: str = Field(description="What the QR code holds.", examples=["sangathan-enrol:7KQ4M-2XD9T-A01BC-9Z8YX"])
    qr_svg: str = Field(description="The QR code as an SVG element.", examples=["<svg …></svg>"])
    expires_at: datetime


class EnrolmentOut(Reply):
    """An enrolment without its code."""

    id: UUID
    appointment_id: UUID
    person_id: UUID
    person_name_hi: str = Field(examples=["अनिल नमूना"])
    person_name_en: str = Field(examples=["Anil Namuna"])
    office: str = Field(examples=["vistarak"])
    unit_id: UUID
    issued_by: UUID
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = Field(description="When a device was enrolled with it.")
    withdrawn_at: datetime | None
    device_id: UUID | None = Field(description="The device, once there is one.")


_Member = Annotated[str, Field(max_length=100)]


class PublicKey(BaseModel):
    """A public key as browsers export it; members that say nothing about the key itself are left aside."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    kty: _Member = Field(examples=["OKP"])
    crv: _Member = Field(examples=["Ed25519"])
    x: _Member = Field(examples=["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"])
    y: _Member | None = Field(default=None, description="Only of P-256.")
    d: _Member | None = Field(default=None, description="A private key is refused: it stays on the device.")


class DeviceKeyIn(Body):
    """The code, and the public key that the device has made for itself."""

    code: Annotated[str, Field(min_length=20, max_length=60, examples=["7KQ4M-2XD9T-A01BC-9Z8YX"])]
    public_key: PublicKey = Field(description="A JWK (RFC 7517) of Ed25519 or P-256, public members only.")
    device: Device = ""


class DeviceEnrolledOut(Reply):
    """The device is known by its key."""

    device_id: UUID = Field(description="The `kid` of its assertions, and their `iss` and `sub`.")
    audience: str = Field(description="The `aud` of its assertions.", examples=["sangathan"])


class DeviceSignInIn(Body):
    """What the device has signed."""

    assertion: Annotated[
        str,
        Field(
            min_length=20,
            max_length=4_000,
            description="A compact JWS with `typ` device+jwt and `kid`, over `iss`, `sub`, `aud`, `iat`, `exp` (at most"
            " five minutes after `iat`) and a `jti` of 16 to 100 characters, which serves once.",
            examples=["eyJhbGciOiJFZDI1NTE5IiwidHlwIjoiZGV2aWNlK2p3dCIsImtpZCI6Ii4uLiJ9.e30.c2ln"],
        ),
    ]


@router.post(
    "/v1/device-enrolments",
    summary="Give out a code that enrols a device",
    status_code=201,
    response_model=EnrolmentIssuedOut,
    responses=refuses(
        404,
        _403="The caller, or somebody with an office that the caller does not give or that lies elsewhere.",
        _409="The appointment is over, the person is suspended, or enough codes are open.",
    ),
    **declares("device.enrol", opens=_BY_ITSELF),
)
async def issue_code(body: EnrolmentIn, caller: CallerDep, parts: PartsDep) -> Response:
    """Gives a code for one device of the appointment's holder, who is told; it works with text messages down."""
    command = IssueEnrolment(body.appointment_id, timedelta(hours=body.valid_hours))
    async with parts.doorway.within(caller) as work:
        issued = await issue_enrolment.handle(work, caller, command, parts.sealer)
    text = QR_PREFIX + issued.code
    return json_reply(
        {
            "id": issued.enrolment.id,
            "code": issued.code,
            "qr_text": text,
            "qr_svg": qr_svg(text),
            "expires_at": issued.enrolment.expires_at,
        },
        status=201,
    )


@router.get(
    "/v1/device-enrolments",
    summary="List codes that enrol devices",
    response_model=Page[EnrolmentOut],
    responses=refuses(),
    **declares("device.enrol"),
)
async def read_enrolments(
    *,
    request: Request,
    caller: CallerDep,
    read: ReadDep,
    parts: PartsDep,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """Gives those for appointments within the caller's unit, without their codes, the newest first."""
    purpose = "device-enrolments"
    before = UUID(parts.cursors.decode(cursor, purpose=purpose)[0]) if cursor else NEWEST
    rows = await list_enrolments(read, caller.scope, before=before, limit=limit + 1)
    following = parts.cursors.encode([str(rows[limit - 1].id)], purpose=purpose) if len(rows) > limit else None
    return page_reply(request, rows[:limit], following)


@router.post(
    "/v1/device-enrolments/{enrolment_id}/withdrawals",
    summary="Withdraw a code, or the device enrolled with it",
    status_code=204,
    responses=refuses(404, _403="The caller does not give this office.", _409="It is withdrawn already."),
    **declares("device.enrol"),
)
async def withdraw_code(enrolment_id: EnrolmentIdParam, caller: CallerDep, work: WorkDep) -> Response:
    """Withdraws it; a device that was enrolled with it is signed out and signs in no more."""
    await withdraw_enrolment.handle(work, caller, enrolment_id)
    return Response(status_code=204)


@router.post(
    "/v1/enrolled-devices",
    summary="Enrol this device",
    status_code=201,
    response_model=DeviceEnrolledOut,
    responses=refuses(
        _403="The code is unknown, used, lapsed or withdrawn, or its person may not come in: all the same."
    ),
    **declares("device.add", opens=_BY_ITSELF),
)
async def enrol_this_device(body: DeviceKeyIn, parts: PartsDep) -> Response:
    """Ties the device's key to the person whom the code was for, who is told; a code serves once."""
    public_key = body.public_key.model_dump(exclude_none=True)
    device_id = await parts.enrol_device.handle(EnrolDevice(body.code, public_key, body.device))
    return json_reply({"device_id": device_id, "audience": AUDIENCE}, status=201)


@router.post(
    "/v1/sign-ins-by-device",
    summary="Sign in with an enrolled device",
    response_model=SignedInOut,
    responses=refuses(_401="The assertion opens nothing; an unknown device reads the same."),
    **declares("session.sign-in", opens=_BY_ITSELF),
)
async def sign_in_with_device(body: DeviceSignInIn, parts: PartsDep) -> Response:
    """Gives tokens and the offices held; a clock that is two minutes off does no harm."""
    return signed_in_reply(await parts.by_device.handle(SignInByDevice(body.assertion)))
