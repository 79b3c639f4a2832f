"""``GET /v1/audit-entries`` and ``GET /v1/my-registry-audit-entries``: who did or looked up what, and about whom."""

import asyncpg
from fastapi import Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_registry.api.described import described
from sangathan_registry.api.id_pages import IdPages
from sangathan_registry.api.parts import ActDep, LookDep
from sangathan_registry.api.schemas import AuditEntryOut, AuditPage
from sangathan_registry.api.workers import UnitFilter
from sangathan_registry.queries.audit_entries import list_audit_entries as query
from sangathan_registry.queries.audit_entries import list_own_audit_entries as own_query
from sangathan_registry.queries.units import narrowed
from sangathan_registry.queries.whole_record import beyond_scope

router = edge_router(tags=["audit"])


@router.get("/v1/audit-entries", **described("audit.read", reply=AuditPage, headers=("Link",), refusals=(404,)))
async def list_audit_entries(
    look: LookDep,
    unit_id: UnitFilter = None,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """Read the audit trail of your unit and all below it, newest first."""
    pages = IdPages(look, (limit, cursor), "audit", unit_id)
    scope = await narrowed(look.read, look.caller.scope, unit_id)
    return pages.reply(await query(look.read, scope, before=pages.start, limit=limit), _out)


@router.get(
    "/v1/my-registry-audit-entries",
    **described("audit.read-own", reply=AuditPage, headers=("Link",), opens="work"),
)
async def list_my_registry_audit_entries(act: ActDep, limit: Limit = 50, cursor: CursorParam = None) -> Response:
    """Read who looked at your record, who changed it, and what you did yourself, newest first."""
    pages = IdPages(act, (limit, cursor), "own-audit", act.caller.person)
    async with beyond_scope(act.work):
        rows = await own_query(act.work, act.caller.person, before=pages.start, limit=limit)
    return pages.reply(rows, _out)


def _out(row: asyncpg.Record) -> AuditEntryOut:
    return AuditEntryOut(**{name: row[name] for name in AuditEntryOut.__struct_fields__})
