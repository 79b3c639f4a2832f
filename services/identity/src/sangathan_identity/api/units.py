"""The unit tree: read it, and within the own unit create, rename, move and close."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Path, Query, Request, Response
from pydantic import Field, model_validator

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.etags import require_match
from sangathan_chassis.pages import CursorParam, Limit, Page, below, path_of
from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_chassis.replies import page_reply, single_reply
from sangathan_identity.api.fields import AsOf, Body, Name, Reply
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.commands import close_unit, create_unit, move_unit, rename_unit
from sangathan_identity.commands.close_unit import CloseUnit
from sangathan_identity.commands.create_unit import CreateUnit
from sangathan_identity.commands.move_unit import MoveUnit
from sangathan_identity.commands.rename_unit import RenameUnit
from sangathan_identity.domain.units import Names, Unit
from sangathan_identity.queries.past_units import PastUnit, get_past_unit, list_past_units
from sangathan_identity.queries.units import UnitFilter, UnitView, get_unit, list_units

router = edge_router(tags=["units"])

UnitIdParam = Annotated[UUID, Path(description="A unit within the caller's own.")]
Level = Annotated[
    str,
    Field(min_length=1, max_length=40, description="A rung of the ladder, by its code.", examples=["mandal"]),
]
Code = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9]{1,16}$",
        description="Its step in the path; unique beneath the parent.",
        examples=["m03"],
    ),
]


class UnitIn(Body):
    """A unit to be."""

    parent_id: UUID = Field(description="The unit that it stands right beneath.")
    level: Level
    code: Code
    name_hi: Name
    name_en: Name


class UnitChange(Body):
    """Other names; a name that is left out stays."""

    name_hi: Name | None = None
    name_en: Name | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.name_hi is None and self.name_en is None:
            msg = "takes name_hi, name_en, or both"
            raise ValueError(msg)
        return self


class MoveIn(Body):
    """Where a unit is to stand."""

    parent_id: UUID = Field(description="The new parent, within the caller's own unit.")
    code: Code | None = Field(default=None, description="Another code, when its own is taken beneath the new parent.")


class UnitOut(Reply):
    """A unit."""

    id: UUID = Field(description="Never changes.")
    parent_id: UUID | None = Field(description="The unit above; null at the top.")
    level: str = Field(examples=["booth"])
    code: str = Field(examples=["b0171"])
    path: str = Field(
        description="Codes from the top down; follows every move.", examples=["in.mp.d07.v033.m02.b0171."]
    )
    name_hi: str = Field(examples=["ग्वालियर बूथ 171"])
    name_en: str = Field(examples=["Gwalior Booth 171"])
    version: int = Field(description="Rises with each change of this unit.")
    valid_from: datetime
    closed_at: datetime | None = Field(description="Since when it takes no more records; null while it is open.")
    successor_id: UUID | None = Field(description="The unit that it was merged into.")


class RungOut(Reply):
    """A unit that stood above; of one outside the caller's own today, level and code alone are told."""

    level: str = Field(examples=["district"])
    code: str = Field(examples=["d07"])
    id: UUID | None
    name_hi: str | None = Field(examples=["ग्वालियर"])
    name_en: str | None = Field(examples=["Gwalior"])


class PastUnitOut(Reply):
    """A unit as it stood at a moment."""

    id: UUID
    parent_id: UUID | None = Field(description="The unit above then, when it is within the caller's own today.")
    level: str = Field(examples=["booth"])
    code: str = Field(examples=["b0171"])
    path: str = Field(description="Codes from the top down, as they were then.", examples=["in.mp.d07.v033.m02.b0171."])
    name_hi: str = Field(examples=["ग्वालियर बूथ 171"])
    name_en: str = Field(examples=["Gwalior Booth 171"])
    version: int = Field(description="Which of its versions it was then.")
    valid_from: datetime = Field(description="Since when it had been so.")
    valid_to: datetime | None = Field(description="Until when it was so; null while it still is.")
    closed_at: datetime | None
    as_of: datetime = Field(description="The moment that the answer is about.")
    above: list[RungOut] = Field(description="What stood above it then, the highest first.")


@router.get(
    "/v1/units",
    summary="List units",
    response_model=Page[UnitOut] | Page[PastUnitOut],
    responses=refuses(404),
    **declares("unit.read"),
)
async def read_units(  # noqa: PLR0913 - FastAPI reads each query parameter from one of these.
    *,
    request: Request,
    caller: CallerDep,
    read: ReadDep,
    parts: PartsDep,
    parent_id: Annotated[UUID | None, Query(description="Only those right beneath this unit.")] = None,
    level: Annotated[str | None, Query(max_length=40, description="Only those of this level.")] = None,
    as_of: Annotated[AsOf | None, Query(description="As they stood then.")] = None,
    stood_beneath: Annotated[
        UUID | None, Query(description="With `as_of`: only this unit and those that stood beneath it then.")
    ] = None,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """Gives the caller's unit and those beneath it, in the order of their paths; with `as_of`, as they stood."""
    purpose = f"units:{parent_id}:{level}:{as_of}:{stood_beneath}"
    after = path_of(parts.cursors.decode(cursor, purpose=purpose)[0], caller.scope) if cursor else ""
    wanted = UnitFilter(parent_id, level, stood_beneath)
    rows: Sequence[UnitView | PastUnit]
    if as_of is None:
        refuse_without_date(stood_beneath)
        rows = current = await list_units(read, caller.scope, wanted, after=after, limit=limit + 1)
        paths: Sequence[str] = [one.path for one in current]
    else:
        rows, paths = await list_past_units(read, caller.scope, wanted, as_of, after=after, limit=limit + 1)
    following = None
    if len(rows) > limit:
        following = parts.cursors.encode([below(paths[limit - 1], caller.scope)], purpose=purpose)
    return page_reply(request, rows[:limit], following)


@router.get(
    "/v1/units/{unit_id}",
    summary="Read a unit",
    response_model=UnitOut | PastUnitOut,
    responses=refuses(404),
    **declares("unit.read"),
)
async def read_unit(
    *,
    request: Request,
    unit_id: UnitIdParam,
    caller: CallerDep,
    read: ReadDep,
    as_of: Annotated[AsOf | None, Query(description="As it stood then, with what stood above it.")] = None,
) -> Response:
    """Gives the unit with its ETag; with `as_of`, as it stood then."""
    if as_of is not None:
        past = await get_past_unit(read, caller.scope, unit_id, as_of)
        return single_reply(request, past, past.version)
    unit = await get_unit(read, caller.scope, unit_id)
    return single_reply(request, unit, unit.version)


@router.post(
    "/v1/units",
    summary="Create a unit",
    status_code=201,
    response_model=UnitOut,
    responses=refuses(404, _409="The code is taken beneath this parent, or the parent is closed."),
    **declares("unit.create"),
)
async def create(request: Request, body: UnitIn, caller: CallerDep, work: WorkDep) -> Response:
    """Creates it right beneath the parent, which is the caller's own unit or stands beneath it."""
    command = CreateUnit(body.parent_id, body.level, body.code, Names(body.name_hi, body.name_en))
    unit = await create_unit.handle(work, caller, command)
    reply = unit_reply(request, unit, status=201)
    reply.headers["location"] = f"/v1/units/{unit.id}"
    return reply


@router.patch(
    "/v1/units/{unit_id}",
    summary="Rename a unit",
    response_model=UnitOut,
    responses=refuses(404, 409, 412, 428),
    **declares("unit.rename"),
)
async def rename(
    *, request: Request, unit_id: UnitIdParam, body: UnitChange, caller: CallerDep, work: WorkDep
) -> Response:
    """Gives it other names; If-Match carries the ETag that was read."""
    command = RenameUnit(unit_id, body.name_hi, body.name_en)
    unit = await rename_unit.handle(work, caller, command, lambda version: require_match(request, version))
    return unit_reply(request, unit)


@router.post(
    "/v1/units/{unit_id}/moves",
    summary="Move a unit",
    response_model=UnitOut,
    responses=refuses(
        404, _409="It is there already, would stand beneath itself, is closed, or its code is taken there."
    ),
    **declares("unit.move"),
)
async def move(*, request: Request, unit_id: UnitIdParam, body: MoveIn, caller: CallerDep, work: WorkDep) -> Response:
    """Moves it with all beneath it; old and new parent must both lie within the caller's own unit."""
    return unit_reply(request, await move_unit.handle(work, caller, MoveUnit(unit_id, body.parent_id, body.code)))


@router.post(
    "/v1/units/{unit_id}/closings",
    summary="Close a unit",
    response_model=UnitOut,
    responses=refuses(404, _409="It is closed already, or units beneath it are open."),
    **declares("unit.close"),
)
async def close(request: Request, unit_id: UnitIdParam, caller: CallerDep, work: WorkDep) -> Response:
    """Closes it for good; the offices held at it end."""
    return unit_reply(request, await close_unit.handle(work, caller, CloseUnit(unit_id)))


def refuse_without_date(stood_beneath: UUID | None) -> None:
    """Raises when a past place is asked for without a moment."""
    if stood_beneath is not None:
        errors = [Pointer("#query/stood_beneath", "goes with as_of alone")]
        raise Refusal(INVALID_INPUT, "Say by as_of which moment is meant.", errors=errors)


def unit_reply(request: Request, unit: Unit, status: int = 200) -> Response:
    """The unit as a reply with its ETag."""
    view = UnitView(
        id=unit.id,
        parent_id=unit.parent_id,
        level=unit.level,
        code=unit.code,
        path=unit.path,
        name_hi=unit.names.hi,
        name_en=unit.names.en,
        version=unit.version,
        valid_from=unit.valid_from,
        closed_at=unit.closed_at,
        successor_id=unit.successor_id,
    )
    reply = single_reply(request, view, unit.version)
    reply.status_code = status
    return reply
