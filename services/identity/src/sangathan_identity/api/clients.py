"""The applications that people sign in to with Sangathan, and other systems: registered, listed, shut out."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Path, Request, Response
from pydantic import AfterValidator, Field, model_validator

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.pages import CursorParam, Limit, Page
from sangathan_chassis.replies import json_reply, page_reply
from sangathan_identity.api.fields import Body, Name, Reply
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.commands import end_client, make_client, renew_client_secret
from sangathan_identity.commands.end_client import EndClient
from sangathan_identity.commands.make_client import MakeClient
from sangathan_identity.commands.renew_client_secret import EndFormerSecret, RenewClientSecret
from sangathan_identity.domain.clients import Client, ClientKind, redirect_uri_fault
from sangathan_identity.domain.units import Names
from sangathan_identity.queries.clients import list_clients

router = edge_router(tags=["clients"])

ClientIdParam = Annotated[UUID, Path(description="An application of the caller's own unit or of one beneath it.")]


def _redirect_uri(uri: str) -> str:
    if fault := redirect_uri_fault(uri):
        raise ValueError(fault)
    return uri


RedirectUri = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        description="Compared letter for letter; https, http on the loopback address, or a scheme of the app's own.",
        examples=["https://app.example/callback"],
    ),
    AfterValidator(_redirect_uri),
]


class ClientIn(Body):
    """An application to be."""

    name_hi: Name
    name_en: Name
    kind: ClientKind = Field(
        description="confidential: signs people in, runs on a server and keeps a secret; public: signs people in, runs"
        " on a phone or in a browser; service: signs nobody in, keeps a secret, and acts under what it is granted.",
        examples=["confidential"],
    )
    redirect_uris: list[RedirectUri] = Field(
        default_factory=list,
        max_length=10,
        description="Where it may be answered; one at least for what signs people in, none for a service.",
        examples=[["https://app.example/callback"]],
    )

    @model_validator(mode="after")
    def _answered_somewhere(self) -> Self:
        if (self.kind is ClientKind.SERVICE) == bool(self.redirect_uris):
            msg = "takes redirect_uris for what signs people in, and none for a service"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.redirect_uris)) != len(self.redirect_uris):
            msg = "takes each of the redirect_uris once"
            raise ValueError(msg)
        return self


class ClientOut(Reply):
    """An application."""

    id: UUID = Field(description="Its client_id.")
    kind: ClientKind
    name_hi: str = Field(examples=["प्रशिक्षण पोर्टल"])
    name_en: str = Field(examples=["Training portal"])
    redirect_uris: list[str]
    unit_id: UUID = Field(description="The unit whose it is.")
    made_by: UUID = Field(description="Who registered it.")
    made_at: datetime
    ended_at: datetime | None = Field(description="Since when it is shut out; null while it is not.")
    former_secret_until: datetime | None = Field(
        description="Up to when the former secret is as good as the newest; null when there is none."
    )
    version: int = Field(description="Rises with each change.")


class ClientWithSecretOut(ClientOut):
    """An application with a new secret."""

    secret: str | None = Field(
        description="Shown this once and kept only as a hash; null for a public application.",
        examples=["sgk_9nTqk2cVbB0yYJ1lqM0m3yTz6xgXH0b5p4u8sWcQd1E"],
    )


@router.get(
    "/v1/clients",
    summary="List applications",
    response_model=Page[ClientOut],
    responses=refuses(404),
    **declares("client.read"),
)
async def read_clients(
    *,
    request: Request,
    caller: CallerDep,
    read: ReadDep,
    parts: PartsDep,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """Gives the applications of the caller's unit and those beneath it, the oldest first, those shut out included."""
    purpose = f"clients:{caller.unit_id}"
    after = UUID(parts.cursors.decode(cursor, purpose=purpose)[0]) if cursor else UUID(int=0)
    found = await list_clients(read, caller.scope, after, limit + 1)
    more = parts.cursors.encode([str(found[limit - 1].id)], purpose=purpose) if len(found) > limit else None
    return page_reply(request, [_shown(client) for client in found[:limit]], more)


@router.post(
    "/v1/clients",
    summary="Register an application",
    status_code=201,
    response_model=ClientWithSecretOut,
    responses=refuses(),
    **declares("client.make"),
)
async def register_client(body: ClientIn, caller: CallerDep, work: WorkDep) -> Response:
    """Lets an application sign people in; it learns who they are, and gets none of their rights.

    A service signs nobody in. It may do nothing until it is granted something (`POST /v1/client-grants`).
    """
    command = MakeClient(Names(body.name_hi, body.name_en), body.kind, tuple(body.redirect_uris))
    client, secret = await make_client.handle(work, caller, command)
    return json_reply({**_shown(client), "secret": secret}, 201)


@router.post(
    "/v1/clients/{client_id}/secrets",
    summary="Give an application another secret",
    status_code=201,
    response_model=ClientWithSecretOut,
    responses=refuses(404, _409="It keeps no secret, or is shut out."),
    **declares("client.make"),
)
async def renew_secret(client_id: ClientIdParam, caller: CallerDep, work: WorkDep) -> Response:
    """Shows the new secret once; the one so far is good for a week more, and one before that no longer."""
    client, secret = await renew_client_secret.handle(work, caller, RenewClientSecret(client_id))
    return json_reply({**_shown(client), "secret": secret}, 201)


@router.post(
    "/v1/clients/{client_id}/secrets/endings",
    summary="End an application's former secret",
    response_model=ClientOut,
    responses=refuses(404, _409="It has one secret alone, or is shut out."),
    **declares("client.make"),
)
async def end_former_secret(client_id: ClientIdParam, caller: CallerDep, work: WorkDep) -> Response:
    """Leaves the newest secret alone, at once: when all has been moved over, or when the former one has leaked."""
    return json_reply(_shown(await renew_client_secret.end_former(work, caller, EndFormerSecret(client_id))))


@router.post(
    "/v1/clients/{client_id}/endings",
    summary="Shut an application out",
    response_model=ClientOut,
    responses=refuses(404, _409="It is shut out already."),
    **declares("client.make"),
)
async def shut_client_out(client_id: ClientIdParam, caller: CallerDep, work: WorkDep) -> Response:
    """Refuses its sign-ins and every token it holds, and ends all it was granted, from this moment on."""
    return json_reply(_shown(await end_client.handle(work, caller, EndClient(client_id))))


def _shown(client: Client) -> dict[str, Any]:
    return {
        "id": client.id,
        "kind": client.kind,
        "name_hi": client.names.hi,
        "name_en": client.names.en,
        "redirect_uris": client.redirect_uris,
        "unit_id": client.unit_id,
        "made_by": client.made_by,
        "made_at": client.made_at,
        "ended_at": client.ended_at,
        "former_secret_until": client.former_secret_until,
        "version": client.version,
    }
