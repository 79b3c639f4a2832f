"""``/v1/held-records``: what was received and could not be accepted, until somebody decides."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_chassis.replies import json_reply, page_reply
from sangathan_registry.api.bodies import Body
from sangathan_registry.api.described import described
from sangathan_registry.api.drive_schemas import DecisionIn, HeldOut, HeldPage
from sangathan_registry.api.parts import ActDep, LookDep
from sangathan_registry.api.workers import UnitFilter
from sangathan_registry.commands import decide_held
from sangathan_registry.queries.held_records import list_held
from sangathan_registry.queries.units import narrowed

router = edge_router(tags=["sync"])
_DECISION = Body(DecisionIn)


def _out(row: Any) -> HeldOut:
    fields = {name: row[name] for name in HeldOut.__struct_fields__ if name != "pointers"}
    return HeldOut(**fields, pointers=[one["pointer"] for one in json.loads(row["faults"])])


@router.get("/v1/held-records", **described("record.review", reply=HeldPage, headers=("Link",), refusals=(404,)))
async def list_held_records(  # noqa: PLR0917 - FastAPI reads filters from the signature.
    look: LookDep,
    unit_id: UnitFilter = None,
    drive_id: Annotated[UUID | None, Query(description="Only what came for this drive.")] = None,
    decided: Annotated[bool, Query(description="Also what was decided upon.")] = False,  # noqa: FBT002 - a filter.
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """List what was received and not accepted in your unit and all below it, newest first."""
    purpose = f"held:{look.caller.unit_id}:{unit_id}:{drive_id}:{decided}"
    before = UUID(look.parts.cursors.decode(cursor, purpose=purpose)[0]) if cursor else None
    scope = await narrowed(look.read, look.caller.scope, unit_id)
    rows = await list_held(look.read, scope, drive_id=drive_id, before=before, decided=decided, limit=limit)
    more = len(rows) > limit
    rows = rows[:limit]
    following = look.parts.cursors.encode([str(rows[-1]["id"])], purpose=purpose) if more else None
    return page_reply(look.request, [_out(row) for row in rows], following)


@router.post(
    "/v1/held-records/{held_id}/decisions",
    **described("record.review", body=DecisionIn, reply=HeldOut, refusals=(404, 409)),
)
async def decide(held_id: UUID, act: ActDep) -> Response:
    """Decide about a held record; dismissed, it is kept and not taken when it comes again."""
    sent = await _DECISION.read(act.request)
    return json_reply(_out(await decide_held.handle(act.work, act.caller, held_id, sent.decision)))
