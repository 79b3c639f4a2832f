"""``/v1/fences``: where units lie on the ground, so that what was captured elsewhere is flagged."""

from typing import Any, Final

from fastapi import Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, Limit, below, path_of
from sangathan_chassis.replies import json_reply, page_reply
from sangathan_registry.api.bodies import Body
from sangathan_registry.api.described import described
from sangathan_registry.api.fence_rows import read_rows, write_rejects
from sangathan_registry.api.flag_schemas import (
    MOST_ROWS,
    FenceImportOut,
    FenceOut,
    FencePage,
    FenceRejectOut,
    FenceSheetIn,
)
from sangathan_registry.api.parts import ActDep, LookDep
from sangathan_registry.api.workers import UnitFilter
from sangathan_registry.commands import import_fences
from sangathan_registry.queries.fences import list_fences as query
from sangathan_registry.queries.units import narrowed

router = edge_router(tags=["drives"])
_SHEET = Body(FenceSheetIn)
_MOST_SHOWN: Final = 200


@router.get("/v1/fences", **described("fence.keep", reply=FencePage, headers=("Link",), refusals=(404,)))
async def list_fences(
    look: LookDep, unit_id: UnitFilter = None, limit: Limit = 50, cursor: CursorParam = None
) -> Response:
    """List where the units of your unit and all below it lie, as far as it is known."""
    scope = await narrowed(look.read, look.caller.scope, unit_id)
    purpose = f"fences:{look.caller.unit_id}:{unit_id}"
    after = path_of(look.parts.cursors.decode(cursor, purpose=purpose)[0], scope) if cursor else None
    rows = await query(look.read, scope, after, limit)
    more = len(rows) > limit
    rows = rows[:limit]
    following = look.parts.cursors.encode([below(rows[-1]["path"], scope)], purpose=purpose) if more else None
    return page_reply(look.request, [_out(row) for row in rows], following)


@router.post("/v1/fence-imports", **described("fence.keep", body=FenceSheetIn, reply=FenceImportOut))
async def fence_by_sheet(act: ActDep) -> Response:
    """Say by a sheet where units lie; with ``dry_run`` only what it would do. The same sheet again changes nothing."""
    sent = await _SHEET.read(act.request)
    rows = read_rows(sent.csv, most=MOST_ROWS)
    command = import_fences.ImportFences(rows, sent.dry_run, sent.only_valid)
    done = await import_fences.handle(act.work, act.caller, command)
    rejects = [
        FenceRejectOut(line=one.line, reason=one.reason.slug, detail_hi=one.reason.hi, detail_en=one.reason.en)
        for one in done.rejects[:_MOST_SHOWN]
    ]
    return json_reply(
        FenceImportOut(
            dry_run=sent.dry_run,
            applied=done.applied,
            fenced=len(done.kept),
            unfenced=len(done.dropped),
            rejected=len(done.rejects),
            rejects=rejects,
            rejects_csv=write_rejects(done.rejects) if done.rejects else "",
        )
    )


def _out(row: Any) -> FenceOut:
    fields = {name: row[name] for name in FenceOut.__struct_fields__ if name != "ring"}
    ring = row["ring"] and [list(corner) for corner in zip(row["ring"][::2], row["ring"][1::2], strict=True)]
    return FenceOut(**fields, ring=ring)
