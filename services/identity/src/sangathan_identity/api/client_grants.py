"""What other systems may do: grant one of them a part of the own office, list what is granted, take it back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response
from pydantic import Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.fields import IsoMoment
from sangathan_chassis.pages import CursorParam, Limit, Page
from sangathan_chassis.replies import page_reply, single_reply
from sangathan_contracts.offices import CATALOGUE
from sangathan_identity.api.fields import Body, Reply
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.commands import end_grant, grant_to_client
from sangathan_identity.commands.end_grant import EndGrant
from sangathan_identity.commands.grant_to_client import GrantToClient
from sangathan_identity.domain.appointments import Term
from sangathan_identity.queries.client_grants import GrantFilter, get_grant, list_grants

router = edge_router(tags=["clients"])

_ID = "0190d2f0-6c1e-7000-8000-000000000062"
_FIRST = UUID(int=0)
_MOST_DAYS = CATALOGUE.longest_grant_days
Action = Annotated[str, Field(min_length=1, max_length=60, examples=["worker.count"])]
GrantIdParam = Annotated[UUID, Path(description="A grant at the caller's own unit or at one beneath it.")]


class GrantIn(Body):
    """To which system, where, what, and from when up to when."""

    client_id: UUID = Field(
        description="A system of the kind `service` that belongs to the caller's own unit or to one beneath it.",
        examples=["0190d2f0-6c1e-7000-8000-000000000063"],
    )
    unit_id: UUID = Field(description="Where: the caller's own unit or one beneath it.", examples=[_ID])
    actions: list[Action] = Field(
        min_length=1,
        max_length=100,
        description="Of the own office's actions, those that a system may have (`may_grant` of `GET /v1/offices`).",
        examples=[["unit.read", "worker.count"]],
    )
    valid_from: IsoMoment | None = Field(
        default=None, description="The first moment; now when left out.", examples=["2022-01-20T00:00:00+05:30"]
    )
    valid_to: IsoMoment = Field(
        description=f"The moment it lapses: {_MOST_DAYS} days ahead at most, and not after the own appointment.",
        examples=["2022-02-20T00:00:00+05:30"],
    )


class GrantOut(Reply):
    """What a system may do at a unit and beneath it."""

    id: UUID = Field(description="The `grant_id` at the token endpoint.", examples=[_ID])
    client_id: UUID
    client_name_hi: str | None = Field(
        description="Null for a system that belongs to a unit above the caller's.", examples=["जिला पोर्टल"]
    )
    client_name_en: str | None = Field(examples=["District portal"])
    unit_id: UUID
    unit_name_hi: str = Field(examples=["ग्वालियर"])
    unit_name_en: str = Field(examples=["Gwalior"])
    path: str = Field(description="The unit's place in the tree.", examples=["in.mp.d07."])
    office: str = Field(description="The office it comes from, and ends with.", examples=["state-it-in-charge"])
    actions: list[str] = Field(
        description="What it allows, as far as that office allows it.", examples=[["unit.read", "worker.count"]]
    )
    valid_from: datetime
    valid_to: datetime = Field(description="The moment from which it gives no rights.")
    granted_by: UUID = Field(description="The person who granted it.")
    appointment_id: UUID = Field(description="The appointment it hangs on.")
    granted_at: datetime
    ended_at: datetime | None = Field(description="When it was ended before its time.")
    version: int


@router.get(
    "/v1/client-grants",
    summary="List what other systems are granted",
    response_model=Page[GrantOut],
    responses=refuses(404),
    **declares("client.read"),
)
async def read_grants(  # noqa: PLR0913 - FastAPI reads each query parameter from one of these.
    *,
    request: Request,
    caller: CallerDep,
    read: ReadDep,
    parts: PartsDep,
    unit_id: Annotated[UUID | None, Query(description="Only at this unit or beneath it.")] = None,
    client_id: Annotated[UUID | None, Query(description="Only to this system.")] = None,
    over: Annotated[bool, Query(description="Those that ended or lapsed as well.")] = False,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """Gives the grants at the caller's own unit and beneath it, in the order of the units' paths."""
    purpose = f"client-grants:{unit_id}:{client_id}:{over}"
    path, last = parts.cursors.decode(cursor, purpose=purpose) if cursor else ("", str(_FIRST))
    wanted = GrantFilter(unit_id, client_id, over)
    after = (path, UUID(last))
    rows = await list_grants(read, caller.scope, wanted, now=parts.clock.now(), after=after, limit=limit + 1)
    end = rows[limit - 1] if len(rows) > limit else None
    following = parts.cursors.encode([end.path, str(end.id)], purpose=purpose) if end else None
    return page_reply(request, rows[:limit], following)


@router.post(
    "/v1/client-grants",
    summary="Grant another system a part of your office",
    status_code=201,
    response_model=GrantOut,
    responses=refuses(
        404,
        _403="The appointment acted under is not held in the caller's own right.",
        _409="The system signs people in, is shut out, or holds such a grant there; or the unit is closed.",
    ),
    **declares("client.grant"),
)
async def make_grant(request: Request, body: GrantIn, caller: CallerDep, work: WorkDep) -> Response:
    """Lets the system act at the unit until the date; ended, lapsed or suspended, the granting office takes it back."""
    term = Term(body.valid_from or work.now, body.valid_to)
    command = GrantToClient(body.client_id, body.unit_id, frozenset(body.actions), term)
    made = await grant_to_client.handle(work, caller, command)
    shown = await get_grant(work.raw, caller.scope, made.id)
    reply = single_reply(request, shown, shown.version)
    reply.status_code = 201
    return reply


@router.post(
    "/v1/client-grants/{grant_id}/endings",
    summary="Take a grant back",
    response_model=GrantOut,
    responses=refuses(404, _409="The grant is over already."),
    **declares("client.grant"),
)
async def take_grant_back(request: Request, grant_id: GrantIdParam, caller: CallerDep, work: WorkDep) -> Response:
    """Ends it now, whoever gave it; tokens of this grant are refused everywhere within moments."""
    ended = await end_grant.handle(work, caller, EndGrant(grant_id))
    shown = await get_grant(work.raw, caller.scope, ended.id)
    return single_reply(request, shown, shown.version)
