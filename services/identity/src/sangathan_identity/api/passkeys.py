"""Passkeys (WebAuthn): add, list and remove the own ones, and sign in with any."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.fields import IsoMoment
from sangathan_chassis.pages import Page
from sangathan_chassis.replies import json_reply, page_reply
from sangathan_identity.api.fields import AddressDep, Body, Device, DeviceToken, Name, Reply
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.api.sign_in import SignedInOut, signed_in_reply
from sangathan_identity.api.stale import STALE
from sangathan_identity.commands import add_passkey, answer_by_passkey, remove_passkey
from sangathan_identity.commands.add_passkey import AddPasskey
from sangathan_identity.commands.recognise_device import ShownDevice
from sangathan_identity.commands.sign_in_by_passkey import SignInByPasskey
from sangathan_identity.queries.list_passkeys import list_passkeys

router = edge_router(tags=["passkeys"])

_BY_ITSELF: Final = "nothing"
_Text = Annotated[str, Field(max_length=8_000, pattern=r"^[A-Za-z0-9_-]*$")]
PasskeyIdParam = Annotated[UUID, Path(description="One of the caller's own passkeys.")]


class _Spoken(BaseModel):
    """What browsers speak; they add members of their own, which are left aside."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class CreationResponse(_Spoken):
    """What an authenticator says of a credential that it has made."""

    client_data: _Text = Field(alias="clientDataJSON", description="Base64url, as in toJSON().")
    attestation: _Text = Field(
        alias="attestationObject", description="Base64url; the statement itself is not looked at."
    )


class RequestResponse(_Spoken):
    """What an authenticator has signed."""

    client_data: _Text = Field(alias="clientDataJSON", description="Base64url, as in toJSON().")
    authenticator_data: _Text = Field(alias="authenticatorData", description="Base64url.")
    signature: _Text = Field(description="Base64url.")
    user_handle: _Text | None = Field(default=None, alias="userHandle", description="Base64url.")


class _Credential(_Spoken):
    id: _Text
    raw_id: _Text = Field(alias="rawId")
    type: Annotated[str, Field(max_length=40, examples=["public-key"])]

    def spoken(self) -> str:
        """The JSON again, as it came."""
        return self.model_dump_json(by_alias=True, exclude_none=True)


class CreatedCredential(_Credential):
    """``PublicKeyCredential.toJSON()`` of ``navigator.credentials.create``."""

    response: CreationResponse


class SignedCredential(_Credential):
    """``PublicKeyCredential.toJSON()`` of ``navigator.credentials.get``."""

    response: RequestResponse


class PasskeyIn(Body):
    """A credential that was just made, and what to call it."""

    name: Name = Field(examples=["Redmi 9A"])
    credential: CreatedCredential


class PasskeySignInIn(Body):
    """A passkey's answer, and the device."""

    credential: SignedCredential
    device: Device = ""
    device_token: DeviceToken = ""


class OptionsOut(Reply):
    """Options for a browser's WebAuthn call, in its own JSON."""

    public_key: dict[str, Any] = Field(
        description="For `parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`; good for five minutes."
    )


class PasskeyOut(Reply):
    """A passkey that signs in."""

    id: UUID
    name: str = Field(examples=["Redmi 9A"])
    created_at: IsoMoment
    last_used_at: IsoMoment | None = Field(description="Null while it has not signed in.")


class PasskeyAddedOut(Reply):
    """The new passkey."""

    id: UUID


@router.get(
    "/v1/passkeys",
    summary="List my passkeys",
    response_model=Page[PasskeyOut],
    responses=refuses(),
    **declares("factor.read"),
)
async def read_passkeys(request: Request, caller: CallerDep, read: ReadDep) -> Response:
    """Gives all of them, the newest first; there are twenty at most."""
    return page_reply(request, await list_passkeys(read, caller.person), None)


@router.post(
    "/v1/passkey-creations",
    summary="Begin to add a passkey",
    response_model=OptionsOut,
    responses=refuses(_401=STALE, _409="There are twenty already."),
    **declares("factor.change", opens=_BY_ITSELF),
)
async def begin_passkey_creation(caller: CallerDep, parts: PartsDep) -> Response:
    """Gives what to pass to `navigator.credentials.create`."""
    async with parts.doorway.within(caller) as work:
        return json_reply({"public_key": await add_passkey.begin(work, caller, parts.ceremonies)})


@router.post(
    "/v1/passkeys",
    summary="Add a passkey",
    status_code=201,
    response_model=PasskeyAddedOut,
    responses=refuses(_401=STALE, _422="The answer is not to a question of the caller's, too late, or wrong."),
    **declares("factor.change"),
)
async def add_own_passkey(body: PasskeyIn, caller: CallerDep, work: WorkDep, parts: PartsDep) -> Response:
    """Adds it; from then on it signs in by itself, as two factors."""
    command = AddPasskey(body.credential.spoken(), body.name)
    return json_reply({"id": await add_passkey.handle(work, caller, command, parts.ceremonies)}, status=201)


@router.post(
    "/v1/passkeys/{passkey_id}/removals",
    summary="Remove one of my passkeys",
    status_code=204,
    responses=refuses(404, _401=STALE),
    **declares("factor.change"),
)
async def remove_own_passkey(passkey_id: PasskeyIdParam, caller: CallerDep, work: WorkDep) -> Response:
    """Removes it; it signs in no more."""
    await remove_passkey.handle(work, caller, passkey_id)
    return Response(status_code=204)


@router.post(
    "/v1/passkey-requests",
    summary="Begin to sign in with a passkey",
    response_model=OptionsOut,
    responses=refuses(),
    **declares("session.sign-in", opens=_BY_ITSELF),
)
async def begin_passkey_request(parts: PartsDep) -> Response:
    """Gives what to pass to `navigator.credentials.get`, to sign in or to step up; it names nobody's credentials."""
    async with parts.doorway.work() as work:
        return json_reply({"public_key": await answer_by_passkey.begin(work, parts.ceremonies)})


@router.post(
    "/v1/sign-ins-by-passkey",
    summary="Sign in with a passkey",
    response_model=SignedInOut,
    responses=refuses(_401="The answer opens nothing; an unknown passkey reads the same."),
    **declares("session.sign-in", opens=_BY_ITSELF),
)
async def sign_in_with_passkey(body: PasskeySignInIn, parts: PartsDep, address: AddressDep) -> Response:
    """Gives tokens and the offices held; the passkey says itself whose it is. One whose counter falls back is ended."""
    device = ShownDevice(body.device, body.device_token, address)
    return signed_in_reply(await parts.by_passkey.handle(SignInByPasskey(body.credential.spoken(), device)))
