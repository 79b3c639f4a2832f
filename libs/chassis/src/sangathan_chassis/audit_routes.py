"""The routes by which a service's audit trail is read: by officers of the units concerned, and by the person."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from sangathan_chassis.connection import Connection
from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, declares, edge_router
from sangathan_chassis.pages import CursorCodec, CursorParam, Limit, Page
from sangathan_chassis.replies import page_reply

_ID = "0190d2f0-6c1e-7000-8000-000000000061"
_COLUMNS = """
id, at, action, outcome, person_id, appointment_id, office, unit_id, subject_id, purpose, request_id,
detail::text AS detail
"""
_NEWEST = UUID(int=2**128 - 1)


class TrailEntryOut(BaseModel):
    """Something that was done, seen or refused."""

    model_config = ConfigDict(frozen=True)

    id: UUID = Field(description="Rises with time.", examples=[_ID])
    at: datetime = Field(description="When.", examples=["2022-01-20T09:00:00Z"])
    action: str = Field(description="What, as the catalogue of rights calls it.", examples=["appointment.make"])
    outcome: str = Field(description="done or refused.", examples=["done"])
    person_id: UUID | None = Field(description="Who did it.", examples=[_ID])
    appointment_id: UUID | None = Field(description="Under which appointment.", examples=[_ID])
    office: str = Field(description="Under which office; empty for what needs none.", examples=["state-president"])
    unit_id: UUID | None = Field(description="The unit of that office.", examples=[_ID])
    subject_id: UUID | None = Field(description="To whom or what.", examples=[_ID])
    purpose: str | None = Field(description="Why, where a purpose is asked for.", examples=["a claim at the booth"])
    request_id: str = Field(description="The request, as logs and traces name it.", examples=["4bf92f3577b34da6"])
    detail: dict[str, Any] = Field(description="More, by action; no personal data.", examples=[{"office": "vistarak"}])


def trail_router(path: str, *, own_path: str = "") -> APIRouter:
    """``GET path`` for the caller's units; with ``own_path``, also for what concerns the caller in person."""
    router = edge_router(tags=["audit"])
    name = path.rsplit("/", 1)[1].replace("-", "_")

    @router.get(
        path,
        name=f"list_{name}",
        summary="Read the audit trail of your unit and all below it",
        description="Newest first.",
        response_model=Page[TrailEntryOut],
        responses=refuses(404),
        **declares("audit.read"),
    )
    async def list_trail(
        *,
        request: Request,
        read: ReadDep,
        caller: CallerDep,
        subject_id: Annotated[UUID | None, Query(description="Only entries about this person or thing.")] = None,
        cursor: CursorParam = None,
        limit: Limit = 50,
    ) -> Response:
        """Lists entries of the caller's range; a second condition, since what is one's own is in sight as well."""
        scope = caller.scope
        where = "path >= $3 AND path < $4 AND ($5::uuid IS NULL OR subject_id = $5)"
        purpose = f"{path}:{caller.unit_id}:{subject_id}"
        return await _page(request, read, (where, (scope.lo, scope.hi, subject_id)), (purpose, cursor, limit))

    if own_path:

        @router.get(
            own_path,
            name="list_" + own_path.rsplit("/", 1)[1].replace("-", "_"),
            summary="Read what the trail holds about you",
            description="What you did, and who did or looked up what about you; newest first.",
            response_model=Page[TrailEntryOut],
            responses=refuses(),
            **declares("audit.read-own"),
        )
        async def list_own_trail(
            *, request: Request, read: ReadDep, caller: CallerDep, cursor: CursorParam = None, limit: Limit = 50
        ) -> Response:
            """Lists the entries by and about the caller."""
            where = "(person_id = $3 OR subject_id = $3)"
            purpose = f"{own_path}:{caller.person}"
            return await _page(request, read, (where, (caller.person,)), (purpose, cursor, limit))

    return router


async def _page(
    request: Request,
    read: Connection,
    condition: tuple[str, tuple[Any, ...]],
    page: tuple[str, str | None, int],
) -> Response:
    (where, values), (purpose, cursor, limit) = condition, page
    cursors: CursorCodec = request.app.state.cursors
    before = UUID(cursors.decode(cursor, purpose=purpose)[0]) if cursor is not None else _NEWEST
    rows = await read.fetch(
        f"SELECT {_COLUMNS} FROM audit_entries WHERE id < $1 AND {where} ORDER BY id DESC LIMIT $2",  # noqa: S608 - no input in it.
        before,
        limit + 1,
        *values,
    )
    more = cursors.encode([str(rows[limit - 1]["id"])], purpose=purpose) if len(rows) > limit else None
    return page_reply(request, [_shown(row) for row in rows[:limit]], more)


def _shown(row: asyncpg.Record) -> dict[str, Any]:
    return {**row, "detail": msgspec.Raw(row["detail"].encode())}
