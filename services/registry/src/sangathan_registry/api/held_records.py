"""``/v1/held-records``: what was received and could not be accepted, until somebody decides."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from msgspec.structs import asdict

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.bodies import Body
from sangathan_registry.api.described import described
from sangathan_registry.api.drive_schemas import DecisionIn, HeldOut, HeldPage, HeldRecordOut
from sangathan_registry.api.id_pages import IdPages
from sangathan_registry.api.intake import read_record
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
    pages = IdPages(look, (limit, cursor), "held", unit_id, drive_id, decided)
    scope = await narrowed(look.read, look.caller.scope, unit_id)
    rows = await list_held(look.read, scope, drive_id=drive_id, before=pages.start, decided=decided, limit=limit)
    return pages.reply(rows, _out)


@router.get(
    "/v1/held-records/{held_id}",
    **described("record.review", reply=HeldRecordOut, opens="work", refusals=(403, 404)),
)
async def read_held_record(held_id: UUID, act: ActDep) -> Response:
    """Read a held record as it was sent; the reading is on the audit trail."""
    row, record = await decide_held.show(act.work, act.parts.sealer, act.caller, held_id)
    return json_reply(HeldRecordOut(**asdict(_out(row)), record=record))


@router.post(
    "/v1/held-records/{held_id}/decisions",
    **described("record.review", body=DecisionIn, reply=HeldOut, refusals=(403, 404, 409)),
)
async def decide(held_id: UUID, act: ActDep) -> Response:
    """Decide about a held record: accepted, it goes on record as it stands; dismissed, it is not taken again either.

    What came too late, from elsewhere, or on a notice that nobody knows can be accepted, but neither by its sender nor
    by the vistarak who collected it on paper.
    """
    sent = await _DECISION.read(act.request)
    if sent.decision == "dismissed":
        return json_reply(_out(await decide_held.dismiss(act.work, act.caller, held_id)))
    notices, now = act.parts.notices, act.work.now
    command = decide_held.TakeHeld(held_id, lambda raw, taker: read_record(raw, notices, now=now, taken_by=taker))
    row, at = await decide_held.take(act.work, (act.parts.sealer, act.parts.checks), act.caller, command)
    decided = {"decision": "accepted", "decided_by": act.caller.person, "decided_at": at}
    return json_reply(_out({**row, **decided}))
