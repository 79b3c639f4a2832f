"""``GET /v1/unit-counts``: how many workers are on record, without counting them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import LookDep
from sangathan_registry.api.schemas import CountOut, CountsOut
from sangathan_registry.queries.unit_counts import UnitCount, get_unit_counts

router = edge_router(tags=["workers"])


@router.get("/v1/unit-counts", **described("worker.count", reply=CountsOut, refusals=(404,)))
async def count_workers(
    look: LookDep, unit_id: Annotated[UUID, Query(description="A unit in your scope.")]
) -> Response:
    """Read how many workers a unit has in all, and each unit right below it."""
    unit, children = await get_unit_counts(look.read, look.caller.scope, unit_id)
    return json_reply(
        CountsOut(
            unit_id=unit.unit_id,
            level=unit.level,
            name_hi=unit.name_hi,
            name_en=unit.name_en,
            active=unit.workers,
            children=[_child(one) for one in children],
        )
    )


def _child(one: UnitCount) -> CountOut:
    return CountOut(unit_id=one.unit_id, level=one.level, name_hi=one.name_hi, name_en=one.name_en, active=one.workers)
