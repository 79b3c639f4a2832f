"""Invitations: an officer invites and lists, an invitee finds their own and answers."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import Body as BodyParam
from fastapi import Request, Response
from pydantic import Field

from sangathan_chassis.caller import Caller
from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.pages import CursorParam, Limit, Page, below, path_of
from sangathan_chassis.replies import json_reply, page_reply
from sangathan_workshops.api.fields import Body, Day, Hour, InvitationIdParam, Reply, Slug, WorkshopIdParam
from sangathan_workshops.api.parts import Parts, PartsDep
from sangathan_workshops.commands import answer_invitation, issue_invitations
from sangathan_workshops.commands.answer_invitation import AnswerInvitation
from sangathan_workshops.commands.issue_invitations import IssueInvitations
from sangathan_workshops.domain.invitation import Answer
from sangathan_workshops.queries import invitations as query
from sangathan_workshops.queries.invitations import InvitationPage

router = edge_router(tags=["invitations"])

_ID = "0190d2f0-6c1e-7000-8000-000000000021"


class InvitingIn(Body):
    """Whom to invite."""

    office: Slug = Field(
        description="Its holders today, at the units called within the caller's scope, are invited.",
        examples=["district-president"],
    )


class IssuedOut(Reply):
    """What an act of inviting came to."""

    units: int = Field(description="Units called within the caller's scope.", examples=[5])
    holders: int = Field(description="People who hold the office there today.", examples=[5])
    invited: int = Field(description="Of these, who were not invited yet and are now.", examples=[5])
    already_invited: int = Field(description="Of these, who had been invited before.", examples=[0])


class Status(StrEnum):
    """How an invitation stands."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ATTENDED = "attended"


class InvitationOut(Reply):
    """An invitation."""

    id: UUID = Field(description="Never changes.", examples=[_ID])
    workshop_id: UUID = Field(description="The workshop.", examples=[_ID])
    person_id: UUID = Field(description="The invitee.", examples=[_ID])
    office: str = Field(description="The office by which they are invited.", examples=["district-president"])
    unit_id: UUID = Field(description="The unit at which they held it.", examples=[_ID])
    unit_name_hi: str | None = Field(description="The unit's name in Hindi.", examples=["मुरैना"])
    unit_name_en: str | None = Field(description="The unit's name in English.", examples=["Morena"])
    status: Status = Field(description="How it stands now.", examples=["accepted"])
    answer: Answer | None = Field(description="The last answer; null before the first.", examples=["accepted"])
    invited_at: datetime = Field(description="When it was issued.", examples=["2021-12-30T09:00:00Z"])
    answered_at: datetime | None = Field(description="When it was last answered.", examples=["2021-12-31T07:12:00Z"])
    attended_at: datetime | None = Field(
        description="When they were seen at the door.", examples=["2022-01-05T05:02:00Z"]
    )
    version: int = Field(description="Rises with each change.", examples=[2])


class OwnInvitationOut(InvitationOut):
    """An invitation of one's own, with where and when to go."""

    date: Day = Field(description="The day of the workshop.", examples=["2022-01-05"])
    venue_hi: str = Field(description="Where, in Hindi.", examples=["ग्वालियर"])
    venue_en: str = Field(description="Where, in English.", examples=["Gwalior"])
    hour: Hour | None = Field(description="When it begins; null while unknown.", examples=["10:30:00"])


class AnswerIn(Body):
    """The invitee's answer."""

    answer: Answer = Field(description="A later answer replaces an earlier one.", examples=["accepted"])


@router.post(
    "/v1/workshops/{workshop_id}/invitations",
    summary="Invite the holders of an office",
    description="A snapshot of who holds the office today; repeating it invites only who has come since.",
    status_code=201,
    response_model=IssuedOut,
    responses=refuses(404),
    **declares("workshop.invite"),
)
async def issue_workshop_invitations(
    workshop_id: WorkshopIdParam, work: WorkDep, caller: CallerDep, body: Annotated[InvitingIn, BodyParam()]
) -> IssuedOut:
    """Invites."""
    command = IssueInvitations(workshop_id=workshop_id, office=body.office, caller=caller)
    done = await issue_invitations.handle(work, command)
    return IssuedOut(
        units=done.units, holders=done.holders, invited=done.invited, already_invited=done.holders - done.invited
    )


@router.get(
    "/v1/workshops/{workshop_id}/invitations",
    summary="List a workshop's invitations",
    description="Those at units within the caller's scope, in the order of the tree.",
    response_model=Page[InvitationOut],
    responses=refuses(404),
    **declares("workshop.read"),
)
async def list_workshop_invitations(
    *,
    request: Request,
    workshop_id: WorkshopIdParam,
    read: ReadDep,
    caller: CallerDep,
    parts: PartsDep,
    cursor: CursorParam = None,
    limit: Limit = 50,
) -> Response:
    """Lists the invitations."""
    purpose = f"invitations:{workshop_id}"
    page = InvitationPage(limit, _position(parts, caller, cursor, purpose))
    listed = await query.list_invitations(read, caller.scope, workshop_id, page)
    more = None
    if listed.end:
        path, last = listed.end
        more = parts.cursors.encode([below(path, caller.scope), last], purpose=purpose)
    return page_reply(request, listed.items, more)


def _position(parts: Parts, caller: Caller, cursor: str | None, purpose: str) -> tuple[str, UUID] | None:
    if cursor is None:
        return None
    kept, invitation_id = parts.cursors.decode(cursor, purpose=purpose)
    return path_of(kept, caller.scope), UUID(invitation_id)


@router.get(
    "/v1/invitations",
    summary="List one's own invitations",
    description="The newest first.",
    response_model=Page[OwnInvitationOut],
    responses=refuses(),
    **declares("invitation.read"),
)
async def list_own_invitations(
    *,
    request: Request,
    read: ReadDep,
    caller: CallerDep,
    parts: PartsDep,
    cursor: CursorParam = None,
    limit: Limit = 50,
) -> Response:
    """Lists the caller's invitations."""
    after = UUID(parts.cursors.decode(cursor, purpose="own-invitations")[0]) if cursor else None
    rows = await query.list_own_invitations(read, caller.person, after=after, limit=limit + 1)
    more = parts.cursors.encode([rows[limit - 1].id], purpose="own-invitations") if len(rows) > limit else None
    return page_reply(request, rows[:limit], more)


@router.post(
    "/v1/invitations/{invitation_id}/answers",
    summary="Accept or decline an invitation",
    description="The same answer again changes nothing; after attendance the answer stands.",
    status_code=200,
    response_model=OwnInvitationOut,
    responses=refuses(404, _409="The invitee has already attended."),
    **declares("invitation.answer"),
)
async def answer_own_invitation(
    invitation_id: InvitationIdParam,
    work: WorkDep,
    caller: CallerDep,
    body: Annotated[AnswerIn, BodyParam()],
) -> Response:
    """Answers, and gives the invitation as it stands then."""
    command = AnswerInvitation(invitation_id=invitation_id, person_id=caller.person, answer=body.answer)
    await answer_invitation.handle(work, command)
    invitation = await query.get_own_invitation(work.raw, caller.person, invitation_id)
    return json_reply(invitation)
