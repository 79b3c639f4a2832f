"""``/v1/duplicates``: pairs of records that may tell of one person, side by side, for a person to decide."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
import msgspec
from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.bodies import Body
from sangathan_registry.api.described import described
from sangathan_registry.api.duplicate_schemas import DuplicateDecisionIn, DuplicateOut, DuplicatePage, UndoingIn
from sangathan_registry.api.id_pages import IdPages
from sangathan_registry.api.parts import Act, ActDep, LookDep
from sangathan_registry.api.present import Presenter
from sangathan_registry.api.schemas import EvidenceOut
from sangathan_registry.api.workers import UnitFilter
from sangathan_registry.commands import decide_duplicate
from sangathan_registry.queries.duplicates import find_duplicate, list_duplicates, records_of
from sangathan_registry.queries.units import narrowed

router = edge_router(tags=["duplicates"])
_DECISION, _UNDOING = Body(DuplicateDecisionIn), Body(UndoingIn)
_EVIDENCE = msgspec.json.Decoder(EvidenceOut)

StatusFilter = Annotated[Literal["open", "merged", "different"], Query(description="Undecided, or as decided.")]


@router.get("/v1/duplicates", **described("duplicate.review", reply=DuplicatePage, headers=("Link",), refusals=(404,)))
async def list_pairs(  # noqa: PLR0917 - FastAPI reads filters from the signature.
    look: LookDep,
    unit_id: UnitFilter = None,
    status: StatusFilter = "open",
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """List pairs of records in your unit and all below it that may tell of one person, newest first."""
    pages = IdPages(look, (limit, cursor), "duplicates", unit_id, status)
    scope = await narrowed(look.read, look.caller.scope, unit_id)
    pairs = await list_duplicates(look.read, scope, status=status, before=pages.start, limit=limit)
    records = await records_of(look.read, scope, pairs[:limit])
    await look.note(records.values())
    presenter = Presenter(look.parts.sealer, look.caller.field_classes)
    return pages.reply(pairs, lambda pair: _shown(presenter, pair, records))


@router.post(
    "/v1/duplicates/{duplicate_id}/decisions",
    **described("duplicate.review", body=DuplicateDecisionIn, reply=DuplicateOut, refusals=(404, 409)),
)
async def decide_pair(duplicate_id: UUID, act: ActDep) -> Response:
    """Keep one record and merge the other into it, or say that they tell of two people."""
    sent = await _DECISION.read(act.request)
    command = decide_duplicate.DecideDuplicate(duplicate_id, sent.keep)
    await decide_duplicate.handle(act.work, act.parts.sealer, act.caller, command)
    return await _reply(act, duplicate_id)


@router.post(
    "/v1/duplicates/{duplicate_id}/undoings",
    **described("duplicate.review", body=UndoingIn, reply=DuplicateOut, refusals=(404, 409)),
)
async def undo_merge(duplicate_id: UUID, act: ActDep) -> Response:
    """Undo a merge: both records are as they were, but for what was corrected since."""
    sent = await _UNDOING.read(act.request)
    command = decide_duplicate.UndoMerge(duplicate_id, sent.reason)
    await decide_duplicate.undo(act.work, act.parts.sealer, act.caller, command)
    return await _reply(act, duplicate_id)


async def _reply(act: Act, duplicate_id: UUID) -> Response:
    pair = await find_duplicate(act.work.raw, act.work.scope, duplicate_id)
    if pair is None:
        raise Refusal(NOT_FOUND)
    records = await records_of(act.work.raw, act.work.scope, [pair])
    return json_reply(_shown(Presenter(act.parts.sealer, act.caller.field_classes), pair, records))


def _shown(presenter: Presenter, pair: asyncpg.Record, records: Mapping[UUID, asyncpg.Record]) -> DuplicateOut:
    sides: dict[str, Any] = {side: presenter.whole(records[pair[side]]) for side in ("one", "other")}
    decided = ("kept", "decided_by", "decided_at", "undone_by", "undone_at")
    return DuplicateOut(
        id=pair["id"],
        status=pair["status"],
        found_at=pair["found_at"],
        evidence=_EVIDENCE.decode(pair["evidence"]),
        **sides,
        **{name: pair[name] for name in decided},
    )
