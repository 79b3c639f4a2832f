"""Workshops: list those of the caller's scope and read one."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, declares, edge_router
from sangathan_chassis.pages import CursorParam, Limit, Page
from sangathan_chassis.replies import page_reply, single_reply
from sangathan_workshops.api.fields import Day, Hour, Reply, WorkshopIdParam
from sangathan_workshops.api.parts import Parts, PartsDep
from sangathan_workshops.queries import workshops as query
from sangathan_workshops.queries.workshops import WorkshopPage

router = edge_router(tags=["workshops"])

_ID = "0190d2f0-6c1e-7000-8000-000000000014"


_ETAG: Final[dict[str, Any]] = {
    "ETag": {"description": "Changes whenever the answer does.", "schema": {"type": "string"}}
}


class WorkshopOut(Reply):
    """A workshop; counts cover the units of the caller's scope."""

    id: UUID = Field(description="Never changes.", examples=[_ID])
    plan_id: UUID = Field(description="The plan it belongs to.", examples=[_ID])
    round: int = Field(description="The plan's round, from 1.", examples=[1])
    level: str = Field(description="The level of the units called.", examples=["district"])
    date: Day = Field(description="The day.", examples=["2022-01-05"])
    venue_hi: str = Field(description="Where, in Hindi.", examples=["ग्वालियर"])
    venue_en: str = Field(description="Where, in English.", examples=["Gwalior"])
    hour: Hour | None = Field(description="When it begins; null while unknown.", examples=["10:30:00"])
    capacity: int | None = Field(description="Seats; null while unknown.", examples=[200])
    trainer: str | None = Field(description="Who teaches; null while unknown.", examples=["संगठन मंत्री"])
    units: int = Field(description="Units called.", examples=[5])
    invited: int = Field(description="People invited.", examples=[5])
    accepted: int = Field(description="Of these, who accepted.", examples=[3])
    declined: int = Field(description="Of these, who declined.", examples=[1])
    attended: int = Field(description="Of these, who were seen at the door.", examples=[3])
    version: int = Field(description="Rises with each change.", examples=[1])


class CalledUnitOut(Reply):
    """A unit called to a workshop."""

    unit_id: UUID = Field(description="The unit.", examples=[_ID])
    name_hi: str = Field(description="Its name in Hindi.", examples=["मुरैना"])
    name_en: str = Field(description="Its name in English.", examples=["Morena"])


class WorkshopWithUnitsOut(WorkshopOut):
    """A workshop with the units called to it."""

    called_units: list[CalledUnitOut] = Field(description="The first 200 units of the caller's scope that are called.")


@router.get(
    "/v1/workshops",
    summary="List workshops",
    description="Workshops of plans within the caller's unit, and those that call one of its units; by date.",
    response_model=Page[WorkshopOut],
    responses=refuses(404),
    **declares("workshop.read"),
)
async def list_workshops(
    *,
    request: Request,
    read: ReadDep,
    caller: CallerDep,
    parts: PartsDep,
    plan_id: Annotated[UUID | None, Query(description="Only workshops of this plan.")] = None,
    cursor: CursorParam = None,
    limit: Limit = 50,
) -> Response:
    """Lists the workshops."""
    purpose = f"workshops:{plan_id}"
    page = WorkshopPage(limit + 1, plan_id, _position(parts, cursor, purpose))
    rows = await query.list_workshops(read, caller.scope, page)
    last = rows[limit - 1] if len(rows) > limit else None
    more = parts.cursors.encode([last.date, last.id], purpose=purpose) if last else None
    return page_reply(request, rows[:limit], more)


def _position(parts: Parts, cursor: str | None, purpose: str) -> tuple[date, UUID] | None:
    if cursor is None:
        return None
    held_on, workshop_id = parts.cursors.decode(cursor, purpose=purpose)
    return date.fromisoformat(held_on), UUID(workshop_id)


@router.get(
    "/v1/workshops/{workshop_id}",
    summary="Read a workshop",
    description="Send its ETag in If-None-Match to get 304 while nothing has changed, counts included.",
    response_model=WorkshopWithUnitsOut,
    responses={
        200: {"headers": _ETAG},
        304: {"description": "It is as you have it.", "headers": _ETAG},
        **refuses(404),
    },
    **declares("workshop.read"),
)
async def read_workshop(request: Request, workshop_id: WorkshopIdParam, read: ReadDep, caller: CallerDep) -> Response:
    """Reads one workshop with its units."""
    workshop = await query.get_workshop(read, caller.scope, workshop_id)
    return single_reply(request, workshop, workshop.version)
