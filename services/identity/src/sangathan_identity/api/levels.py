"""The ladder: which levels there are is data, and a rung can be put between two others at any time."""

import hashlib
from collections.abc import Sequence
from typing import Annotated

import msgspec
from fastapi import Request, Response
from pydantic import Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.etags import require_match
from sangathan_chassis.replies import single_reply
from sangathan_identity.api.fields import Body, Name, Reply
from sangathan_identity.commands import change_levels
from sangathan_identity.commands.change_levels import ChangeLevels
from sangathan_identity.domain.units import Level, Names
from sangathan_identity.queries.levels import LevelView, list_levels

router = edge_router(tags=["units"])

LevelCode = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="Its slug; never changes.", examples=["shakti-kendra"])
]


class LevelIn(Body):
    """A rung of the ladder."""

    code: LevelCode
    name_hi: Name
    name_en: Name


class LevelsIn(Body):
    """The whole ladder."""

    levels: list[LevelIn] = Field(
        min_length=1, max_length=40, description="Every level, the highest first; those there are all stay."
    )


class LevelOut(Reply):
    """A rung of the ladder."""

    code: str = Field(examples=["shakti-kendra"])
    rank: int = Field(description="1 is the highest.", examples=[6])
    name_hi: str = Field(examples=["शक्ति केंद्र"])
    name_en: str = Field(examples=["Shakti Kendra"])


class LevelsOut(Reply):
    """The whole ladder, the highest rung first."""

    levels: list[LevelOut]


@router.get(
    "/v1/levels", summary="Read the ladder", response_model=LevelsOut, responses=refuses(), **declares("unit.read")
)
async def read_levels(request: Request, read: ReadDep) -> Response:
    """Gives every level with its rank, and an ETag by which the ladder may be changed."""
    return _reply(request, await list_levels(read))


@router.put(
    "/v1/levels",
    summary="Change the ladder",
    response_model=LevelsOut,
    responses=refuses(
        412, 428, _409="A level that there is, is left out, or would stand on the wrong side of another."
    ),
    **declares("level.change"),
)
async def put_levels(request: Request, body: LevelsIn, caller: CallerDep, work: WorkDep) -> Response:
    """Adds levels, and gives them other names or another order as far as the units that there are allow."""
    require_match(request, _version(await list_levels(work.raw)))
    wanted = [Level(one.code, Names(one.name_hi, one.name_en)) for one in body.levels]
    await change_levels.handle(work, caller, ChangeLevels(wanted))
    return _reply(request, await list_levels(work.raw))


def _reply(request: Request, levels: Sequence[LevelView]) -> Response:
    return single_reply(request, {"levels": levels}, _version(levels))


def _version(levels: Sequence[LevelView]) -> int:
    """The ladder has no row of its own: its version is drawn from what it says."""
    return int(hashlib.sha256(msgspec.json.encode(levels)).hexdigest()[:12], 16)
