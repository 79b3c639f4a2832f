"""``/v1/break-glass-openings``: one record outside the own area, for a while, with a reason, on the trail."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_chassis.refusal import NOT_FOUND, Pointer, Refusal
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.bodies import Body, refuse_if
from sangathan_registry.api.break_glass_schemas import OpeningIn, OpeningOut, OpeningPage, ReviewIn
from sangathan_registry.api.described import described
from sangathan_registry.api.drive_schemas import NothingIn
from sangathan_registry.api.id_pages import IdPages
from sangathan_registry.api.parts import Act, ActDep, LookDep
from sangathan_registry.api.present import Presenter
from sangathan_registry.api.schemas import WholeWorkerOut
from sangathan_registry.api.searches import read_number
from sangathan_registry.api.workers import UnitFilter
from sangathan_registry.commands import end_opening, open_by_break_glass, read_opened, review_opening
from sangathan_registry.domain.break_glass import Verdict, state_of
from sangathan_registry.domain.particulars import ACCEPTED
from sangathan_registry.queries.openings import ListOpenings, find_opening, list_openings
from sangathan_registry.queries.phones import index_of
from sangathan_registry.queries.units import narrowed

router = edge_router(tags=["break-glass"])
_OPENING, _REVIEW, _NOTHING = Body(OpeningIn), Body(ReviewIn), Body(NothingIn)
_PLACE = "/v1/break-glass-openings"
_COMPUTED = {"state", "review_overdue"}


@router.post(
    _PLACE,
    **described(
        "break-glass.open",
        body=OpeningIn,
        reply=OpeningOut,
        status=201,
        headers=("Location",),
        refusals=(404, 409),
    ),
)
async def break_glass(act: ActDep) -> Response:
    """Open one record outside your area for 15 to 60 minutes; those concerned and those above you are told at once."""
    sent = await _OPENING.read(act.request)
    faults: list[Pointer] = []
    number = read_number(sent.phone, faults)
    if (sent.phone is None) == (sent.worker_id is None):
        faults.append(Pointer("/worker_id", "exactly one of worker_id and phone"))
    reason = _sentence(sent.reason, "reason", "opening/reason", faults)
    refuse_if(faults)
    index = index_of(act.parts.sealer, number) if number else None
    command = open_by_break_glass.OpenByBreakGlass(sent.worker_id, index, reason, sent.minutes)
    per_day = act.parts.settings.openings_per_day
    opening_id = await open_by_break_glass.handle(act.work, act.caller, command, per_day=per_day)
    return await _reply(act, opening_id, 201, {"location": f"{_PLACE}/{opening_id}"})


@router.get(_PLACE, **described("break-glass.list", reply=OpeningPage, headers=("Link",), refusals=(404,)))
async def list_break_glass_openings(  # noqa: PLR0917 - FastAPI reads filters from the signature.
    look: LookDep,
    unit_id: UnitFilter = None,
    unreviewed: Annotated[bool, Query(description="Only those that nobody has reviewed.")] = False,  # noqa: FBT002 - a filter.
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """List what was opened of your unit's records and by its office-bearers, and by all below, newest first."""
    pages = IdPages(look, (limit, cursor), "openings", unit_id, unreviewed)
    scope = await narrowed(look.read, look.caller.scope, unit_id)
    rows = await list_openings(look.read, ListOpenings(scope, pages.start, unreviewed, limit))
    now = look.request.app.state.database.clock.now()
    return pages.reply(rows, lambda row: _out(row, now))


@router.get(_PLACE + "/{opening_id}", **described("break-glass.list", reply=OpeningOut, refusals=(404,)))
async def read_break_glass_opening(opening_id: UUID, look: LookDep) -> Response:
    """Read one opening: who, why, until when, how often the record was read, and what was found about it."""
    row = await find_opening(look.read, look.caller.scope, opening_id)
    if row is None:
        raise Refusal(NOT_FOUND)
    return json_reply(_out(row, look.request.app.state.database.clock.now()))


@router.get(
    _PLACE + "/{opening_id}/worker",
    **described("break-glass.read", reply=WholeWorkerOut, opens="work", refusals=(404, 409)),
)
async def read_opened_record(opening_id: UUID, act: ActDep) -> Response:
    """Read the record that you opened, while the opening lasts; every reading is on the audit trail."""
    row = await read_opened.handle(act.work, act.caller, opening_id)
    return json_reply(Presenter(act.parts.sealer, act.caller.field_classes).whole(row))


@router.post(
    _PLACE + "/{opening_id}/endings",
    **described("break-glass.end", body=NothingIn, reply=OpeningOut, refusals=(403, 404)),
)
async def end_break_glass_opening(opening_id: UUID, act: ActDep) -> Response:
    """End an opening of your own, or of an office-bearer below you; one that is over stays as it is."""
    await _NOTHING.read(act.request)
    await end_opening.handle(act.work, act.caller, opening_id)
    return await _reply(act, opening_id)


@router.post(
    _PLACE + "/{opening_id}/reviews",
    **described("break-glass.review", body=ReviewIn, reply=OpeningOut, refusals=(403, 404, 409)),
)
async def review_break_glass_opening(opening_id: UUID, act: ActDep) -> Response:
    """Say, once, whether the reason of an office-bearer below you held; if not, the opening ends."""
    sent = await _REVIEW.read(act.request)
    faults: list[Pointer] = []
    note = None if sent.note is None else _sentence(sent.note, "note", "note", faults)
    refuse_if(faults)
    command = review_opening.ReviewOpening(opening_id, Verdict(sent.verdict), note)
    await review_opening.handle(act.work, act.caller, command)
    return await _reply(act, opening_id)


def _sentence(sent: str, field: str, accepted: str, faults: list[Pointer]) -> str:
    """The text with single spaces; whitespace alone says nothing, and control characters have no place in it."""
    text = " ".join(sent.split())
    if len(text) < 5 or not text.isprintable():
        faults.append(Pointer(f"/{field}", ACCEPTED[accepted]))
    return text


async def _reply(act: Act, opening_id: UUID, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    row = await find_opening(act.work.raw, act.work.scope, opening_id)
    if row is None:
        raise Refusal(NOT_FOUND)
    return json_reply(_out(row, act.work.now), status, headers)


def _out(row: asyncpg.Record, now: datetime) -> OpeningOut:
    shown = {name: row[name] for name in OpeningOut.__struct_fields__ if name not in _COMPUTED}
    return OpeningOut(
        **shown,
        state=state_of(now, row["expires_at"], row["ended_at"]).value,
        review_overdue=row["reviewed_at"] is None and now > row["review_due_at"],
    )
