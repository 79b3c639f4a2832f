"""Plans: bring one in whole, list them, and see whether every unit is called."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import Body as BodyParam
from fastapi import Request, Response
from pydantic import Field, StrictBool

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.fields import IsoDate
from sangathan_chassis.pages import CursorParam, Limit, Page, below, path_of
from sangathan_chassis.replies import json_reply, page_reply
from sangathan_workshops.api.fields import Body, Day, Name, PlanIdParam, Reply, Slug
from sangathan_workshops.api.parts import PartsDep
from sangathan_workshops.commands import import_plan
from sangathan_workshops.commands.import_plan import ImportPlan
from sangathan_workshops.domain.plan import Line, UnitId, Venue
from sangathan_workshops.queries import list_plans as plans_query
from sangathan_workshops.queries import read_coverage as coverage_query

router = edge_router(tags=["workshop plans"])

_UNIT = "0190d2f0-6c1e-7000-8000-000000000007"


class PlanRowIn(Body):
    """One unit and the workshop it is called to; rows with the same date and venue are one workshop."""

    date: IsoDate = Field(description="The day of the workshop.", examples=["2022-01-05"])
    venue_hi: Name = Field(description="Where, in Hindi.", examples=["ग्वालियर"])
    venue_en: Name = Field(description="Where, in English.", examples=["Gwalior"])
    unit_id: UUID = Field(description="The unit called there.", examples=[_UNIT])


class PlanIn(Body):
    """A plan that calls every open unit of one level, at or below a unit, exactly once."""

    name_hi: Name = Field(description="The plan's name in Hindi.", examples=["जनवरी की कार्यशालाएँ"])
    name_en: Name = Field(description="The plan's name in English.", examples=["January workshops"])
    unit_id: UUID = Field(
        description="The unit whose units are called, at or below the caller's own.", examples=[_UNIT]
    )
    level: Slug = Field(description="The level of the units called.", examples=["district"])
    rows: list[PlanRowIn] = Field(description="One row per unit.", min_length=1, max_length=5000)
    dry_run: StrictBool = Field(default=False, description="Examine the rows and write nothing.", examples=[False])


class FaultOut(Reply):
    """A place in the input that is wrong."""

    pointer: str = Field(
        description="JSON pointer (RFC 6901); `/rows/-` for a unit in no row.", examples=["/rows/3/unit_id"]
    )
    detail: str = Field(description="What is wrong there.", examples=["this unit stands in more than one row"])


class ImportOut(Reply):
    """What a plan amounts to."""

    id: UUID | None = Field(description="The new plan; null after a dry run.", examples=[_UNIT])
    dry_run: bool = Field(description="Whether nothing was written.", examples=[False])
    workshops: int = Field(description="Workshops that the rows amount to.", examples=[14])
    units: int = Field(description="Rows that call a unit of the plan.", examples=[57])
    errors: list[FaultOut] = Field(
        description="What a dry run found, 200 at most; empty when the plan can be brought in."
    )


class PlanOut(Reply):
    """A plan with what the caller's scope sees of it."""

    id: UUID = Field(description="Never changes.", examples=[_UNIT])
    unit_id: UUID = Field(description="The unit whose units are called.", examples=[_UNIT])
    name_hi: str = Field(description="The name in Hindi.", examples=["जनवरी की कार्यशालाएँ"])
    name_en: str = Field(description="The name in English.", examples=["January workshops"])
    level: str = Field(description="The level of the units called.", examples=["district"])
    workshops: int = Field(description="Workshops to which units of the caller's scope are called.", examples=[14])
    units: int = Field(description="Units of the caller's scope that are called.", examples=[57])
    created_at: datetime = Field(description="When it was brought in.", examples=["2021-12-30T09:00:00Z"])
    version: int = Field(description="Rises with each change.", examples=[1])


class CoveredUnitOut(Reply):
    """A unit and the workshop it is called to."""

    unit_id: UUID = Field(description="The unit.", examples=[_UNIT])
    name_hi: str = Field(description="Its name in Hindi.", examples=["मुरैना"])
    name_en: str = Field(description="Its name in English.", examples=["Morena"])
    workshop_id: UUID | None = Field(description="The workshop; null when the unit is missing.", examples=[_UNIT])
    date: Day | None = Field(description="The day of that workshop.", examples=["2022-01-05"])
    venue_hi: str | None = Field(description="Where, in Hindi.", examples=["ग्वालियर"])
    venue_en: str | None = Field(description="Where, in English.", examples=["Gwalior"])


class CoverageOut(Page[CoveredUnitOut]):
    """How far a plan reaches: totals over all units, and one page of the units."""

    plan_id: UUID = Field(description="The plan.", examples=[_UNIT])
    level: str = Field(description="The level of the units called.", examples=["district"])
    workshops: int = Field(description="Workshops to which somebody is called.", examples=[14])
    units: int = Field(description="Units that are to be called.", examples=[57])
    covered: int = Field(description="Units that are called.", examples=[57])
    missing: int = Field(description="Units that no workshop calls, such as one created since.", examples=[0])


@router.post(
    "/v1/workshop-plans",
    summary="Bring in a plan of workshops",
    description=(
        "Written whole or not at all: every open unit of the level below `unit_id` stands in exactly one row. "
        "A dry run answers 200 with everything it found and writes nothing."
    ),
    status_code=201,
    response_model=ImportOut,
    responses={200: {"model": ImportOut, "description": "A dry run."}, **refuses(404)},
    **declares("workshop.plan"),
)
async def import_workshop_plan(work: WorkDep, caller: CallerDep, body: Annotated[PlanIn, BodyParam()]) -> Response:
    """Brings the plan in."""
    lines = tuple(Line(Venue(row.date, row.venue_hi, row.venue_en), UnitId(row.unit_id)) for row in body.rows)
    command = ImportPlan(
        unit_id=body.unit_id,
        name_hi=body.name_hi,
        name_en=body.name_en,
        level=body.level,
        lines=lines,
        caller=caller,
        dry_run=body.dry_run,
    )
    done = await import_plan.handle(work, command)
    reply = {
        "id": done.plan_id,
        "dry_run": body.dry_run,
        "workshops": len(done.draft.called),
        "units": done.draft.units,
        "errors": done.draft.faults,
    }
    return json_reply(reply, 200 if body.dry_run else 201)


@router.get(
    "/v1/workshop-plans",
    summary="List plans of workshops",
    description="Plans of the caller's unit and below, and plans that call one of these units; the newest first.",
    response_model=Page[PlanOut],
    responses=refuses(),
    **declares("workshop.read"),
)
async def list_workshop_plans(
    *,
    request: Request,
    read: ReadDep,
    caller: CallerDep,
    parts: PartsDep,
    cursor: CursorParam = None,
    limit: Limit = 50,
) -> Response:
    """Lists the plans."""
    after = UUID(parts.cursors.decode(cursor, purpose="workshop-plans")[0]) if cursor else None
    rows = await plans_query.list_plans(read, caller.scope, after=after, limit=limit + 1)
    more = parts.cursors.encode([rows[limit - 1].id], purpose="workshop-plans") if len(rows) > limit else None
    return page_reply(request, rows[:limit], more)


@router.get(
    "/v1/workshop-plans/{plan_id}/coverage",
    summary="See whether a plan calls every unit",
    description="Per unit its workshop, or null when it is missing, in the order of the tree; totals over all units.",
    response_model=CoverageOut,
    responses=refuses(404),
    **declares("workshop.plan"),
)
async def read_workshop_plan_coverage(
    *,
    plan_id: PlanIdParam,
    read: ReadDep,
    caller: CallerDep,
    parts: PartsDep,
    cursor: CursorParam = None,
    limit: Limit = 200,
) -> Response:
    """Reads the coverage."""
    purpose = f"coverage:{plan_id}"
    after = path_of(parts.cursors.decode(cursor, purpose=purpose)[0], caller.scope) if cursor else None
    coverage = await coverage_query.read_coverage(read, caller.scope, plan_id, after=after, limit=limit)
    reply = {
        "plan_id": plan_id,
        "level": coverage.level,
        "workshops": coverage.workshops,
        "units": coverage.units,
        "covered": coverage.covered,
        "missing": coverage.units - coverage.covered,
        "items": msgspec.to_builtins(coverage.page),
        "next": parts.cursors.encode([below(coverage.end, caller.scope)], purpose=purpose) if coverage.end else None,
    }
    return json_reply(reply)
