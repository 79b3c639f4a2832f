"""The public door: password, one-time code, refresh, and the keys by which anybody verifies a token."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Response
from pydantic import Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import declares, edge_router
from sangathan_chassis.replies import json_reply
from sangathan_identity.api.fields import (
    AddressDep,
    Body,
    Challenge,
    Code,
    Device,
    DeviceToken,
    HindiDep,
    Password,
    Phone,
    Reply,
)
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.commands.guess_code import CodeGuess
from sangathan_identity.commands.recognise_device import ShownDevice
from sangathan_identity.commands.refresh_tokens import RefreshTokens
from sangathan_identity.commands.send_code import SendCode
from sangathan_identity.commands.sign_in_by_code import SignInByCode
from sangathan_identity.commands.sign_in_by_password import SignInByPassword
from sangathan_identity.commands.signed_in import SignedIn
from sangathan_identity.domain.codes import CODE_LIFETIME, RESEND_AFTER, Purpose

router = edge_router(tags=["sign-in"])

_REFUSED: Final = "What was given opens nothing; a suspended person and an unknown number read the same."
# The doorway's works commit by themselves: a refusal here is to be remembered.
_BY_ITSELF: Final = "nothing"


class PasswordIn(Body):
    """Phone and password."""

    phone: Phone
    password: Password = Field(description="The password, as typed.")
    device: Device = ""
    device_token: DeviceToken = ""


class CodeRequestIn(Body):
    """Where to send a one-time code, and what it is to be good for."""

    phone: Phone
    purpose: Purpose = Field(
        default=Purpose.SIGN_IN, description="A code is good for this and nothing else.", examples=["sign-in"]
    )
    device_token: DeviceToken = ""


class CodeIn(Body):
    """A one-time code, with the challenge that came when it was asked for."""

    challenge: Challenge
    code: Code
    device: Device = ""
    device_token: DeviceToken = ""


class RefreshIn(Body):
    """A refresh token."""

    refresh_token: Annotated[
        str, Field(min_length=1, max_length=200, description="The newest refresh token of this sign-in.")
    ]


class HeldOut(Reply):
    """An office held now."""

    id: UUID = Field(description="Send it as `Sangathan-Appointment` when several are held.")
    office: str = Field(description="The office's slug.", examples=["booth-president"])
    unit_id: UUID
    path: str = Field(description="The unit's place in the tree.", examples=["in.mp.d07.v033.m02.b0171."])
    unit_name_hi: str = Field(examples=["ग्वालियर बूथ 171"])
    unit_name_en: str = Field(examples=["Gwalior Booth 171"])


class SignedInOut(Reply):
    """A sign-in."""

    access_token: str = Field(description="For the Authorization header; an `at+jwt` (RFC 9068).")
    token_type: str = Field(examples=["Bearer"])
    expires_in: int = Field(description="Seconds until the access token dies.", examples=[600])
    refresh_token: str = Field(description="Exchange it once; the same answer is repeated for 30 seconds.")
    session_id: UUID
    acr: str = Field(description="The assurance: `1` one factor, `2` two, or a passkey.", examples=["1"])
    device_token: str | None = Field(
        description="Only on a new device: keep it, and send it along with the next sign-in.",
        examples=["sgd_9nTqk2cVbB0yYJ1lqM0m3yTz6xgXH0b5p4u8sWcQd1E"],
    )
    appointments: list[HeldOut] = Field(description="The offices held now, the highest unit first.")


class CodeSentOut(Reply):
    """The one answer there is, whether or not the number is known."""

    challenge: str = Field(
        description="Send it back with the code: nobody else's guesses count against it.",
        examples=["sgc_kq2y7c1mS3v5r8w0zT4u6x9A"],
    )
    expires_in: int = Field(description="Seconds for which a code serves.", examples=[300])
    resend_after: int = Field(description="Seconds after which another may be asked for.", examples=[30])


class KeySetOut(Reply):
    """A JWK set (RFC 7517) of Ed25519 keys (RFC 8037)."""

    keys: list[dict[str, Any]] = Field(description="Public keys; choose by `kid`.")


@router.post(
    "/v1/sign-in",
    summary="Sign in with phone and password",
    response_model=SignedInOut,
    responses=refuses(_401=_REFUSED),
    **declares("session.sign-in", opens=_BY_ITSELF),
)
async def sign_in(body: PasswordIn, parts: PartsDep, address: AddressDep) -> Response:
    """Gives tokens and the offices held; takes as long for a number that nobody has.

    After five wrong passwords from one device or address each further one has to wait longer (429). On a device that
    has signed in before, `device_token` keeps a way in, whatever strangers try.
    """
    device = ShownDevice(body.device, body.device_token, address)
    return signed_in_reply(await parts.by_password.handle(SignInByPassword(body.phone, body.password, device)))


@router.post(
    "/v1/sign-in-codes",
    summary="Ask for a one-time code",
    status_code=202,
    response_model=CodeSentOut,
    responses=refuses(
        _429="A code was asked for too lately or too often, with this number or from this address.",
        _503="The day's budget for messages is spent; other ways of signing in go on.",
    ),
    **declares("session.code", opens=_BY_ITSELF),
)
async def ask_for_code(body: CodeRequestIn, parts: PartsDep, address: AddressDep, hindi: HindiDep) -> CodeSentOut:
    """Sends a code to a known number, and answers the same for every other; five an hour from one device or address."""
    device = ShownDevice(secret=body.device_token, address=address)
    challenge = await parts.send_code.handle(SendCode(body.phone, body.purpose, device, hindi))
    return CodeSentOut(
        challenge=challenge,
        expires_in=int(CODE_LIFETIME.total_seconds()),
        resend_after=int(RESEND_AFTER.total_seconds()),
    )


@router.post(
    "/v1/sign-ins-by-code",
    summary="Sign in with a one-time code",
    response_model=SignedInOut,
    responses=refuses(_401=_REFUSED),
    **declares("session.sign-in", opens=_BY_ITSELF),
)
async def sign_in_with_code(body: CodeIn, parts: PartsDep, address: AddressDep) -> Response:
    """Gives tokens and the offices held; a code takes five tries and serves once."""
    device = ShownDevice(body.device, body.device_token, address)
    return signed_in_reply(await parts.by_code.handle(SignInByCode(CodeGuess(body.challenge, body.code), device)))


@router.post(
    "/v1/token-refreshes",
    summary="Exchange a refresh token",
    response_model=SignedInOut,
    responses=refuses(_401="The token is unknown, expired, of an ended sign-in, or was used long ago."),
    **declares("session.refresh", opens=_BY_ITSELF),
)
async def refresh(body: RefreshIn, parts: PartsDep) -> Response:
    """Gives new tokens of the same sign-in; within 30 seconds the same again, shown later it ends the sign-in."""
    return signed_in_reply(await parts.refresh.handle(RefreshTokens(body.refresh_token)))


@router.get(
    "/v1/jwks",
    summary="Read the public keys",
    response_model=KeySetOut,
    responses=refuses(),
    **declares("key.read", opens=_BY_ITSELF),
)
async def read_keys(parts: PartsDep) -> Response:
    """Gives the keys that access tokens are verified with; a new key is published before it signs."""
    reply = json_reply({"keys": await parts.public_keys()})
    reply.headers["cache-control"] = "public, max-age=60"
    return reply


def signed_in_reply(signed_in: SignedIn) -> Response:
    """The answer that every way of signing in ends with."""
    return json_reply(
        {
            "access_token": signed_in.access_token,
            "token_type": "Bearer",
            "expires_in": signed_in.expires_in,
            "refresh_token": signed_in.refresh_token,
            "session_id": signed_in.session.id,
            "acr": signed_in.session.acr,
            "device_token": signed_in.device_secret,
            "appointments": signed_in.appointments,
        }
    )
