"""``/v1/drives/{drive_id}/flags``: what looks odd in a drive, for people to decide about."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, Limit, below, path_of
from sangathan_chassis.replies import json_reply, page_reply
from sangathan_registry.api.bodies import Body
from sangathan_registry.api.described import described
from sangathan_registry.api.drives import UnitParam
from sangathan_registry.api.flag_schemas import (
    FindingIn,
    FlagCountsOut,
    FlagNumbersOut,
    FlagOut,
    FlagPage,
    LimitChangeIn,
    LimitChangeOut,
    LimitChangesOut,
    LimitsOut,
)
from sangathan_registry.api.parts import ActDep, LookDep
from sangathan_registry.api.workers import UnitFilter
from sangathan_registry.commands import change_limits, decide_flag
from sangathan_registry.domain.drive import Drive
from sangathan_registry.domain.flags import Finding, Limits, Rule
from sangathan_registry.queries.drives import get_drive, limit_changes
from sangathan_registry.queries.flags import FlagFilter, count_flags
from sangathan_registry.queries.flags import list_flags as query
from sangathan_registry.queries.units import narrowed

router = edge_router(tags=["drives"])
_FINDING, _LIMITS = Body(FindingIn), Body(LimitChangeIn)


def _out(row: Any) -> FlagOut:
    return FlagOut(**{name: row[name] for name in FlagOut.__struct_fields__})


@router.get(
    "/v1/drives/{drive_id}/flags",
    **described("flag.review", reply=FlagPage, headers=("Link",), refusals=(404,)),
)
async def list_flags(  # noqa: PLR0917 - FastAPI reads filters from the signature.
    drive_id: UUID,
    look: LookDep,
    unit_id: UnitFilter = None,
    rule: Annotated[Rule | None, Query(description="Only what this rule found.")] = None,
    settled: Annotated[bool, Query(description="Also what was called fine or withdrawn.")] = False,  # noqa: FBT002 - a filter.
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """List what looks odd in a drive, in your unit and all below it, unit by unit.

    A flag names a record, a vistarak or a device by its id, and no more. It is no verdict, and changes nothing.
    """
    purpose = f"flags:{look.caller.unit_id}:{drive_id}:{unit_id}:{rule}:{settled}"
    kept = look.parts.cursors.decode(cursor, purpose=purpose) if cursor else None
    await get_drive(look.read, drive_id)
    scope = await narrowed(look.read, look.caller.scope, unit_id)
    after = (path_of(kept[0], scope), UUID(kept[1])) if kept else None
    rows = await query(look.read, scope, drive_id, FlagFilter(rule, settled), after=after, limit=limit)
    more = len(rows) > limit
    rows = rows[:limit]
    end = [below(rows[-1]["path"], scope), str(rows[-1]["id"])] if more else None
    following = look.parts.cursors.encode(end, purpose=purpose) if end else None
    return page_reply(look.request, [_out(row) for row in rows], following)


@router.get("/v1/drives/{drive_id}/flag-counts", **described("flag.review", reply=FlagCountsOut, refusals=(404,)))
async def count(drive_id: UUID, look: LookDep, unit_id: UnitParam) -> Response:
    """Read how much was flagged and settled at a unit and right below it, and from where on the drive flags."""
    drive = await get_drive(look.read, drive_id)
    rows = {row["unit_id"]: _numbers(row) for row in await count_flags(look.read, look.caller.scope, drive_id, unit_id)}
    unit = rows.pop(unit_id)
    limits = LimitsOut(**asdict(drive.limits))
    return json_reply(FlagCountsOut(limits=limits, unit=unit, children=list(rows.values())))


def _numbers(row: Any) -> FlagNumbersOut:
    return FlagNumbersOut(**row, open=row["flagged"] - row["settled"])


@router.post(
    "/v1/drive-flags/{flag_id}/findings",
    **described("flag.review", body=FindingIn, reply=FlagOut, refusals=(404, 409)),
)
async def find(flag_id: UUID, act: ActDep) -> Response:
    """Say what a flag is worth, and why; the record itself stays as it is."""
    sent = await _FINDING.read(act.request)
    command = decide_flag.DecideFlag(flag_id, Finding(sent.finding), sent.why)
    return json_reply(_out(await decide_flag.handle(act.work, act.caller, command)))


@router.post(
    "/v1/drives/{drive_id}/limit-changes",
    **described("drive.make", body=LimitChangeIn, reply=LimitChangesOut, status=201, refusals=(404, 409)),
)
async def change_limits_of(drive_id: UUID, act: ActDep) -> Response:
    """Change from where on a running drive flags something; it holds for what comes from now on."""
    sent = await _LIMITS.read(act.request)
    given = {name: value for name, value in msgspec.structs.asdict(sent.limits).items() if value is not None}
    drive = await change_limits.handle(act.work, act.caller, change_limits.ChangeLimits(drive_id, given, sent.why))
    return json_reply(_changes(drive, await limit_changes(act.work.raw, drive_id)), 201)


@router.get("/v1/drives/{drive_id}/limit-changes", **described("flag.review", reply=LimitChangesOut, refusals=(404,)))
async def list_limit_changes(drive_id: UUID, look: LookDep) -> Response:
    """Read from where on a drive flags something, and who changed that when, and why."""
    drive = await get_drive(look.read, drive_id)
    return json_reply(_changes(drive, await limit_changes(look.read, drive_id)))


def _changes(drive: Drive, rows: Sequence[Any]) -> LimitChangesOut:
    items = [
        LimitChangeOut(
            **{name: row[name] for name in ("at", "person_id", "office", "why")},
            before=LimitsOut(**asdict(Limits.read(row["before"]))),
            after=LimitsOut(**asdict(Limits.read(row["after"]))),
        )
        for row in rows
    ]
    return LimitChangesOut(limits=LimitsOut(**asdict(drive.limits)), items=items)
