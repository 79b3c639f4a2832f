"""What became of a unit, and the two acts that concern more than one: a split and a merger."""

from datetime import datetime
from typing import Self
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field, model_validator

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.pages import CursorParam, Limit, Page
from sangathan_chassis.replies import page_reply
from sangathan_identity.api.fields import Body, Name, Reply
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.api.units import Code, UnitIdParam, UnitOut, unit_reply
from sangathan_identity.commands import merge_unit, split_unit
from sangathan_identity.commands.merge_unit import MergeUnit
from sangathan_identity.commands.split_unit import SplitUnit
from sangathan_identity.domain.units import Names
from sangathan_identity.queries.past_units import list_unit_changes

router = edge_router(tags=["units"])

_MOST_UNITS = 500
_MOST_WORKERS = 2_000
_NEWEST = 2_147_483_647


class SplitIn(Body):
    """The new unit beside the one that is split, and what goes there."""

    code: Code
    name_hi: Name
    name_en: Name
    unit_ids: list[UUID] = Field(
        default=[], max_length=_MOST_UNITS, description="Units right beneath the one that is split."
    )
    worker_ids: list[UUID] = Field(
        default=[],
        max_length=_MOST_WORKERS,
        description="Workers recorded at exactly this unit, as at a booth; others are left where they are.",
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.unit_ids and not self.worker_ids:
            msg = "takes unit_ids, worker_ids, or both"
            raise ValueError(msg)
        return self


class MergeIn(Body):
    """The unit that goes on."""

    into_id: UUID = Field(description="An open unit of the same level, within the caller's own.")
    codes: dict[UUID, Code] = Field(
        default={},
        max_length=_MOST_UNITS,
        description="Other codes for units beneath, by their id, when their own are taken beneath the other unit.",
    )


class UnitChangeOut(Reply):
    """One state of a unit, and the act that made it so."""

    version: int
    act: str = Field(
        description="recorded (known since before history was kept), created, renamed, moved, closed, split, split-off,"
        " merged or absorbed.",
        examples=["moved"],
    )
    valid_from: datetime
    valid_to: datetime | None = Field(description="When the next change came; null for the state of today.")
    level: str = Field(examples=["mandal"])
    code: str = Field(examples=["m03"])
    name_hi: str = Field(examples=["ग्वालियर मंडल 3"])
    name_en: str = Field(examples=["Gwalior Mandal 3"])
    closed_at: datetime | None
    parent_id: UUID | None = Field(description="The unit above, when it is within the caller's own today.")
    related_id: UUID | None = Field(description="The other unit of a split or a merger, under the same condition.")
    done_by: UUID | None = Field(description="Who did it, when they held an office within the caller's own.")
    request_id: str | None = Field(description="The request by which it was done, under the same condition.")


@router.get(
    "/v1/units/{unit_id}/history",
    summary="Read what became of a unit",
    response_model=Page[UnitChangeOut],
    responses=refuses(404),
    **declares("unit.read"),
)
async def read_history(
    *,
    request: Request,
    unit_id: UnitIdParam,
    caller: CallerDep,
    read: ReadDep,
    parts: PartsDep,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """Gives its states with their dates and the acts that made them, the newest first."""
    purpose = f"unit-history:{unit_id}"
    before: int = parts.cursors.decode(cursor, purpose=purpose)[0] if cursor else _NEWEST
    rows = await list_unit_changes(read, caller.scope, unit_id, before=before, limit=limit + 1)
    following = parts.cursors.encode([rows[limit - 1].version], purpose=purpose) if len(rows) > limit else None
    return page_reply(request, rows[:limit], following)


@router.post(
    "/v1/units/{unit_id}/splits",
    summary="Split a unit",
    status_code=201,
    response_model=UnitOut,
    responses=refuses(404, _409="It is closed, the code is taken, or a unit named does not stand right beneath it."),
    **declares("unit.split"),
)
async def split(*, request: Request, unit_id: UnitIdParam, body: SplitIn, caller: CallerDep, work: WorkDep) -> Response:
    """Creates a unit of its level beside it, and takes the named units or workers there; gives the new unit."""
    names = Names(body.name_hi, body.name_en)
    command = SplitUnit(unit_id, body.code, names, body.unit_ids, body.worker_ids)
    created = await split_unit.handle(work, caller, command)
    reply = unit_reply(request, created, status=201)
    reply.headers["location"] = f"/v1/units/{created.id}"
    return reply


@router.post(
    "/v1/units/{unit_id}/merges",
    summary="Merge a unit into another",
    response_model=UnitOut,
    responses=refuses(404, _409="One of the two is closed, they are the same, or a code is taken beneath the other."),
    **declares("unit.merge"),
)
async def merge(*, request: Request, unit_id: UnitIdParam, body: MergeIn, caller: CallerDep, work: WorkDep) -> Response:
    """Takes what stands beneath it and its workers to the other unit, and closes it; the offices held at it end."""
    return unit_reply(request, await merge_unit.handle(work, caller, MergeUnit(unit_id, body.into_id, body.codes)))
