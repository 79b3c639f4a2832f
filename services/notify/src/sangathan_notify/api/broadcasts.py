"""Broadcasts: speak to everybody at a unit at once, and read what was said."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import Body as BodyParam
from fastapi import Query, Request, Response
from pydantic import Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.pages import CursorParam, Limit, Page
from sangathan_chassis.replies import page_reply
from sangathan_notify.api.fields import Body, Prose, Reply, Title
from sangathan_notify.api.parts import Parts, PartsDep
from sangathan_notify.commands import send_broadcast
from sangathan_notify.commands.send_broadcast import SendBroadcast
from sangathan_notify.domain.templates import Text
from sangathan_notify.queries import list_broadcasts as query
from sangathan_notify.queries.list_broadcasts import BroadcastPage

router = edge_router(tags=["broadcasts"])

_ID = "0190d2f0-6c1e-7000-8000-000000000035"
_MOST_SEQ = 2**62


class BroadcastIn(Body):
    """What to say, in both languages; all four texts together take 8 KB of UTF-8 at most."""

    unit_id: UUID = Field(
        description="Everybody here and below hears it; at or below the caller's own.", examples=[_ID]
    )
    title_hi: Title = Field(description="The title in Hindi, one line.", examples=["कल की बैठक"])
    title_en: Title = Field(description="The title in English, one line.", examples=["Tomorrow's meeting"])
    body_hi: Prose = Field(description="The text in Hindi.", examples=["बैठक कल सुबह 10 बजे है।"])
    body_en: Prose = Field(description="The text in English.", examples=["The meeting is at 10 tomorrow morning."])


class SentOut(Reply):
    """A broadcast that is on its way."""

    id: UUID = Field(description="Never changes.", examples=[_ID])
    seq: int = Field(description="Its number; rises by one with each broadcast of the whole system.", examples=[42])
    sent_at: datetime = Field(description="When it was sent.", examples=["2022-01-20T09:00:00Z"])


class BroadcastOut(SentOut):
    """What was said to a unit."""

    unit_id: UUID = Field(description="The unit it was said to.", examples=[_ID])
    unit_name_hi: str | None = Field(description="The unit's name in Hindi.", examples=["मुरैना"])
    unit_name_en: str | None = Field(description="The unit's name in English.", examples=["Morena"])
    title_hi: str = Field(description="The title in Hindi.", examples=["कल की बैठक"])
    title_en: str = Field(description="The title in English.", examples=["Tomorrow's meeting"])
    body_hi: str = Field(description="The text in Hindi.", examples=["बैठक कल सुबह 10 बजे है।"])
    body_en: str = Field(description="The text in English.", examples=["The meeting is at 10 tomorrow morning."])


class Order(StrEnum):
    """Which end of the sequence comes first."""

    OLDEST = "oldest"
    NEWEST = "newest"


After = Annotated[int, Query(ge=0, le=_MOST_SEQ, description="Only numbers above this; a client's last one resumes.")]
OrderParam = Annotated[Order, Query(description="Which end comes first.")]


@router.post(
    "/v1/broadcasts",
    summary="Speak to everybody at a unit",
    description="Reaches whoever listens live at the unit or below, and stays to be read.",
    status_code=201,
    response_model=SentOut,
    responses=refuses(404),
    **declares("broadcast.send"),
)
async def send_unit_broadcast(work: WorkDep, caller: CallerDep, body: Annotated[BroadcastIn, BodyParam()]) -> SentOut:
    """Speaks."""
    text = Text(title_hi=body.title_hi, title_en=body.title_en, body_hi=body.body_hi, body_en=body.body_en)
    command = SendBroadcast(unit_id=body.unit_id, text=text, caller=caller)
    done = await send_broadcast.handle(work, command)
    return SentOut(id=done.broadcast_id, seq=done.seq, sent_at=done.sent_at)


@router.get(
    "/v1/broadcasts",
    summary="List what was said",
    description=(
        "What was said to the caller's unit, to any unit above it, and to any below, by number. The numbers of others' "
        "broadcasts are left out, so they have gaps. After a gap in listening live, ask with `after`."
    ),
    response_model=Page[BroadcastOut],
    responses=refuses(),
    **declares("broadcast.read"),
)
async def list_unit_broadcasts(
    *,
    request: Request,
    read: ReadDep,
    caller: CallerDep,
    parts: PartsDep,
    after: After = 0,
    order: OrderParam = Order.OLDEST,
    cursor: CursorParam = None,
    limit: Limit = 50,
) -> Response:
    """Lists the broadcasts."""
    purpose = f"broadcasts:{order}:{after}"
    page = _page(parts, cursor, purpose, BroadcastPage(limit + 1, after, newest_first=order is Order.NEWEST))
    rows = await query.list_broadcasts(read, caller.scope, page)
    more = parts.cursors.encode([rows[limit - 1].seq], purpose=purpose) if len(rows) > limit else None
    return page_reply(request, rows[:limit], more)


def _page(parts: Parts, cursor: str | None, purpose: str, first: BroadcastPage) -> BroadcastPage:
    if cursor is None:
        return first
    (seq,) = parts.cursors.decode(cursor, purpose=purpose)
    if first.newest_first:
        return BroadcastPage(first.limit, first.after, before=seq, newest_first=True)
    return BroadcastPage(first.limit, after=seq)
