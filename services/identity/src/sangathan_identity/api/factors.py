"""What the caller signs in with besides the phone: an authenticator, recovery codes; and stepping up by them."""

from datetime import datetime
from typing import Annotated, Final, Self

from fastapi import Response
from pydantic import Field, model_validator

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.replies import json_reply
from sangathan_identity.adapters.qr import qr_svg
from sangathan_identity.api.fields import AddressDep, Body, Challenge, Code, Password, Reply
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.api.passkeys import SignedCredential
from sangathan_identity.api.stale import STALE
from sangathan_identity.commands import add_authenticator, make_recovery_codes, remove_authenticator
from sangathan_identity.commands.step_up import Proof
from sangathan_identity.domain.assurance import AUTHENTICATOR, PASSKEY, PASSWORD, RECOVERY_CODE, TEXT_MESSAGE
from sangathan_identity.queries.list_devices import get_methods

router = edge_router(tags=["sign-in methods"])

# Guesses are to be remembered, and secrets must not be kept for a repeated request: these commit by themselves.
_BY_ITSELF: Final = "nothing"

Recovery = Annotated[
    str, Field(min_length=10, max_length=40, description="A recovery code, in any case.", examples=["7KQ4M-2XD9T"])
]


class AuthenticatorCodeIn(Body):
    """What the authenticator app shows now."""

    code: Code


class TextCodeIn(Body):
    """A one-time code for `step-up`, with its challenge."""

    challenge: Challenge
    code: Code


class StepUpIn(Body):
    """Exactly one proof of who it is."""

    password: Password | None = Field(default=None, description="The password, as typed.")
    authenticator_code: Code | None = Field(default=None, description="What the authenticator app shows now.")
    recovery_code: Recovery | None = None
    text_code: TextCodeIn | None = Field(
        default=None, description="A code sent for `step-up`; only for who has neither authenticator nor passkey."
    )

    passkey: SignedCredential | None = Field(
        default=None, description="The answer of one of the own passkeys to options of `/v1/passkey-requests`."
    )

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        if len(self.model_fields_set) != 1 or None in (getattr(self, name) for name in self.model_fields_set):
            msg = f"takes exactly one of {', '.join(type(self).model_fields)}"
            raise ValueError(msg)
        return self

    def proof(self) -> Proof:
        """The method and its secret."""
        if self.text_code:
            return Proof(TEXT_MESSAGE, self.text_code.code, self.text_code.challenge)
        if self.passkey:
            return Proof(PASSKEY, self.passkey.spoken())
        if self.authenticator_code:
            return Proof(AUTHENTICATOR, self.authenticator_code)
        if self.recovery_code:
            return Proof(RECOVERY_CODE, self.recovery_code)
        return Proof(PASSWORD, self.password or "")


class SteppedUpOut(Reply):
    """A new access token of the same sign-in; its refresh token stays."""

    access_token: str = Field(description="For the Authorization header, in place of the one before.")
    token_type: str = Field(examples=["Bearer"])
    expires_in: int = Field(description="Seconds until the access token dies.", examples=[600])
    acr: str = Field(description="The assurance now: `1` one factor, `2` two, or a passkey.", examples=["2"])
    authenticated_at: datetime = Field(description="From when `max_age` counts.")


class NewAuthenticatorOut(Reply):
    """A secret that counts once a code of it has been shown."""

    secret: str = Field(
        description="To be typed where nothing can be scanned.", examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"]
    )
    uri: str = Field(
        description="What the QR code holds.", examples=["otpauth://totp/Sangathan:0001?secret=JBSWY3DPEHPK3PXP"]
    )
    qr_svg: str = Field(description="The QR code as an SVG element.", examples=["<svg …></svg>"])


class RecoveryCodesOut(Reply):
    """Ten codes, shown this once; each serves once."""

    recovery_codes: list[str] = Field(examples=[["7KQ4M-2XD9T", "A01BC-9Z8YX"]])


class MethodsOut(Reply):
    """What the caller can sign in with."""

    password: bool = Field(description="Whether there is one.")
    password_changed_at: datetime | None = Field(description="When it was set here last.")
    authenticator_since: datetime | None = Field(description="Null without an authenticator app that counts.")
    recovery_codes_left: int = Field(examples=[10])
    passkeys: int = Field(examples=[1])


@router.get(
    "/v1/sign-in-methods",
    summary="What I can sign in with",
    response_model=MethodsOut,
    responses=refuses(),
    **declares("factor.read"),
)
async def read_methods(caller: CallerDep, read: ReadDep) -> Response:
    """Gives which ways of signing in there are, and no secret of any."""
    return json_reply(await get_methods(read, caller.person))


@router.post(
    "/v1/step-ups",
    summary="Show once more who I am",
    response_model=SteppedUpOut,
    responses=refuses(_403="The proof is wrong, was used, or is of something that is not set."),
    **declares("session.step-up", opens=_BY_ITSELF),
)
async def step_up(body: StepUpIn, caller: CallerDep, parts: PartsDep, address: AddressDep) -> Response:
    """Gives an access token with the assurance reached: two kinds of proof in one sign-in are two factors.

    Guesses are paced as at sign-in. The same proof as at sign-in renews when it was shown and raises nothing.
    """
    stepped = await parts.step_up.handle(caller, body.proof(), address)
    return json_reply(
        {
            "access_token": stepped.access_token,
            "token_type": "Bearer",
            "expires_in": stepped.expires_in,
            "acr": stepped.acr,
            "authenticated_at": stepped.authenticated_at,
        }
    )


@router.post(
    "/v1/authenticators",
    summary="Begin to add an authenticator app",
    status_code=201,
    response_model=NewAuthenticatorOut,
    responses=refuses(_401=STALE, _409="One is set already."),
    **declares("factor.change", opens=_BY_ITSELF),
)
async def begin_authenticator(caller: CallerDep, parts: PartsDep) -> Response:
    """Gives a secret for any app after RFC 6238 (SHA-1, six digits, thirty seconds); it counts once confirmed."""
    async with parts.doorway.within(caller) as work:
        new = await add_authenticator.begin(work, caller, parts.sealer)
    return json_reply({"secret": new.secret, "uri": new.uri, "qr_svg": qr_svg(new.uri)}, status=201)


@router.post(
    "/v1/authenticators/confirmations",
    summary="Confirm the authenticator app",
    status_code=201,
    response_model=RecoveryCodesOut,
    responses=refuses(_401=STALE, _422="The code is not the one that the app shows now, or nothing was begun."),
    **declares("factor.change", opens=_BY_ITSELF),
)
async def confirm_authenticator(body: AuthenticatorCodeIn, caller: CallerDep, parts: PartsDep) -> Response:
    """Makes the authenticator count, and gives ten recovery codes, which are shown this once."""
    codes = await parts.confirm_authenticator.handle(caller, body.code)
    return json_reply({"recovery_codes": codes}, status=201)


@router.post(
    "/v1/authenticators/removals",
    summary="Remove the authenticator app",
    status_code=204,
    responses=refuses(404, _401=STALE),
    **declares("factor.change"),
)
async def end_authenticator(caller: CallerDep, work: WorkDep) -> Response:
    """Removes it with its recovery codes; takes a fresh sign-in by two factors."""
    await remove_authenticator.handle(work, caller)
    return Response(status_code=204)


@router.post(
    "/v1/recovery-codes",
    summary="Make new recovery codes",
    status_code=201,
    response_model=RecoveryCodesOut,
    responses=refuses(404, _401=STALE),
    **declares("factor.change", opens=_BY_ITSELF),
)
async def renew_recovery_codes(caller: CallerDep, parts: PartsDep) -> Response:
    """Gives ten new ones, shown this once; those before serve no more."""
    async with parts.doorway.within(caller) as work:
        codes = await make_recovery_codes.handle(work, caller, parts.sealer)
    return json_reply({"recovery_codes": codes}, status=201)
