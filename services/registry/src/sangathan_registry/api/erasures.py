"""``/v1/erasures`` and ``/v1/my-erasures``: a person's record goes out of sight at once and is gone on its date."""

from typing import Annotated, Literal
from uuid import UUID

import asyncpg
import msgspec
from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.bodies import Body
from sangathan_registry.api.described import described
from sangathan_registry.api.erasure_schemas import ErasureIn, ErasureOut, ErasurePage, ErasureReportOut
from sangathan_registry.api.id_pages import IdPages
from sangathan_registry.api.parts import Act, ActDep, LookDep
from sangathan_registry.api.workers import UnitFilter
from sangathan_registry.commands import ask_erasure, undo_erasure
from sangathan_registry.domain.erasure import SERVICES
from sangathan_registry.queries.erasures import get_erasure, list_erasures, own_erasures
from sangathan_registry.queries.units import narrowed
from sangathan_registry.queries.whole_record import beyond_scope

router = edge_router(tags=["erasures"])
_NOTHING = Body(ErasureIn)
_REPORTS = msgspec.json.Decoder(list[ErasureReportOut])
_REMOVED = msgspec.json.Decoder(dict[str, int])

WorkerFilter = Annotated[UUID | None, Query(description="Only this worker's.")]


@router.post(
    "/v1/workers/{worker_id}/erasures",
    **described("worker.erase", body=ErasureIn, reply=ErasureOut, status=201, refusals=(404, 409)),
)
async def erase_worker(worker_id: UUID, act: ActDep) -> Response:
    """Erase a record because its person asks: out of sight at once, gone in every service on its date."""
    await _NOTHING.read(act.request)
    command = ask_erasure.AskErasure(worker_id, act.parts.settings.erasure_days)
    await ask_erasure.handle(act.work, act.parts.sealer, act.caller, command)
    [row, *_] = await list_erasures(act.work.raw, act.work.scope, worker_id=worker_id, before=None, limit=1)
    return json_reply(_shown(row), 201)


@router.get("/v1/erasures", **described("worker.erase", reply=ErasurePage, headers=("Link",), refusals=(404,)))
async def list_all(  # noqa: PLR0917 - FastAPI reads filters from the signature.
    look: LookDep,
    unit_id: UnitFilter = None,
    worker_id: WorkerFilter = None,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """List the erasures in your unit and all below it with their proofs, newest first."""
    pages = IdPages(look, (limit, cursor), "erasures", unit_id, worker_id)
    scope = await narrowed(look.read, look.caller.scope, unit_id)
    rows = await list_erasures(look.read, scope, worker_id=worker_id, before=pages.start, limit=limit)
    return pages.reply(rows, _shown)


@router.post(
    "/v1/erasures/{erasure_id}/undoings",
    **described("worker.erase", body=ErasureIn, reply=ErasureOut, refusals=(404,)),
)
async def undo_one(erasure_id: UUID, act: ActDep) -> Response:
    """Take an erasure back before its date: the record is as it was."""
    await _NOTHING.read(act.request)
    await undo_erasure.handle(act.work, act.parts.sealer, act.caller, erasure_id)
    return json_reply(_shown(await get_erasure(act.work.raw, act.work.scope, erasure_id)))


@router.post(
    "/v1/my-erasures",
    **described("erasure.ask-own", body=ErasureIn, reply=ErasurePage, status=201, refusals=(404,)),
)
async def erase_me(act: ActDep) -> Response:
    """Have your own record erased: out of sight at once, gone in every service on its date."""
    await _NOTHING.read(act.request)
    await ask_erasure.handle_own(act.work, act.parts.sealer, act.caller, act.parts.settings.erasure_days)
    return await _own(act, 201)


@router.get("/v1/my-erasures", **described("erasure.ask-own", reply=ErasurePage, opens="work"))
async def list_mine(act: ActDep) -> Response:
    """See the erasures of your own record, and until when each can be taken back."""
    return await _own(act, 200)


@router.post(
    "/v1/my-erasures/undoings",
    **described("erasure.ask-own", body=ErasureIn, reply=ErasurePage, refusals=(404,)),
)
async def undo_mine(act: ActDep) -> Response:
    """Take the erasure of your own record back before its date."""
    await _NOTHING.read(act.request)
    await undo_erasure.handle_own(act.work, act.parts.sealer, act.caller)
    return await _own(act, 200)


async def _own(act: Act, status: int) -> Response:
    async with beyond_scope(act.work):
        rows = await own_erasures(act.work.raw, act.caller.person)
    return json_reply(ErasurePage(items=[_shown(row) for row in rows], next=None), status)


def _shown(row: asyncpg.Record) -> ErasureOut:
    reports = _REPORTS.decode(row["reports"])
    as_they_are = ("id", "worker_id", "unit_id", "asked_at", "asked_by", "by_the_person", "purge_at", "proof")
    return ErasureOut(
        **{name: row[name] for name in (*as_they_are, "undone_at", "purged_at")},
        status=_status(row, {one.service for one in reports}),
        removed=_REMOVED.decode(row["removed"]) if row["removed"] else None,
        reports=reports,
    )


def _status(row: asyncpg.Record, reported: set[str]) -> Literal["waiting", "undone", "purged", "complete"]:
    if row["undone_at"] is not None:
        return "undone"
    if row["purged_at"] is None:
        return "waiting"
    return "complete" if reported >= set(SERVICES) else "purged"
