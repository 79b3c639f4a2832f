"""The caller's own inbox."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response
from pydantic import Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.pages import CursorParam, Limit, Page
from sangathan_chassis.replies import json_reply, page_reply
from sangathan_notify.api.fields import Reply
from sangathan_notify.api.parts import PartsDep
from sangathan_notify.commands import mark_message_read
from sangathan_notify.domain.delivery import Channel, State
from sangathan_notify.queries.inbox import get_inbox_message
from sangathan_notify.queries.inbox import list_inbox as inbox_query

router = edge_router(tags=["inbox"])

_ID = "0190d2f0-6c1e-7000-8000-000000000042"


class DeliveryOut(Reply):
    """How the message fared on one channel."""

    channel: Channel = Field(description="The way it went.", examples=["inbox"])
    state: State = Field(description="How far it has come.", examples=["delivered"])
    reason: str | None = Field(description="Why it was skipped or failed; null otherwise.", examples=[None])
    changed_at: datetime = Field(description="Since when.", examples=["2022-01-01T09:00:00Z"])


class InboxMessageOut(Reply):
    """A message to the caller."""

    id: UUID = Field(description="Never changes.", examples=[_ID])
    kind: str = Field(description="What caused it.", examples=["invitation-issued"])
    title_hi: str = Field(description="The title in Hindi.", examples=["कार्यशाला का निमंत्रण"])
    title_en: str = Field(description="The title in English.", examples=["Invitation to a workshop"])
    body_hi: str = Field(description="The text in Hindi.", examples=["5 जनवरी 2022 को ग्वालियर में …"])
    body_en: str = Field(description="The text in English.", examples=["You are invited to the workshop at Gwalior …"])
    refs: dict[str, UUID] = Field(description="The ids of what it is about.", examples=[{"invitation_id": _ID}])
    deliveries: list[DeliveryOut] = Field(description="How it fared on each channel.")
    created_at: datetime = Field(description="When it was made.", examples=["2022-01-01T09:00:00Z"])
    read_at: datetime | None = Field(description="When it was first read; null before.", examples=[None])
    version: int = Field(description="Rises with each change.", examples=[1])


@router.get(
    "/v1/inbox",
    summary="List one's own messages",
    description="The newest first.",
    response_model=Page[InboxMessageOut],
    responses=refuses(),
    **declares("inbox.read"),
)
async def list_inbox(
    *,
    request: Request,
    read: ReadDep,
    caller: CallerDep,
    parts: PartsDep,
    cursor: CursorParam = None,
    limit: Limit = 50,
) -> Response:
    """Lists the caller's messages."""
    after = UUID(parts.cursors.decode(cursor, purpose="inbox")[0]) if cursor else None
    rows = await inbox_query(read, caller.person, after=after, limit=limit + 1)
    more = parts.cursors.encode([rows[limit - 1].id], purpose="inbox") if len(rows) > limit else None
    return page_reply(request, rows[:limit], more)


@router.post(
    "/v1/inbox/{message_id}/readings",
    summary="Say that a message has been read",
    description="The first reading counts; a repetition changes nothing.",
    status_code=200,
    response_model=InboxMessageOut,
    responses=refuses(404),
    **declares("inbox.read"),
)
async def read_inbox_message(
    message_id: Annotated[UUID, Path(description="A message of one's own.")], work: WorkDep, caller: CallerDep
) -> Response:
    """Notes the reading, and gives the message as it stands then."""
    await mark_message_read.handle(work, message_id, caller.person)
    return json_reply(await get_inbox_message(work.raw, caller.person, message_id))
