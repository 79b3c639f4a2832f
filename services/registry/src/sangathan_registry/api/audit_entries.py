"""``GET /v1/audit-entries`` and ``GET /v1/my-registry-audit-entries``: who did or looked up what, and about whom."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from fastapi import Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_chassis.replies import page_reply
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import Look, LookDep
from sangathan_registry.api.schemas import AuditEntryOut, AuditPage
from sangathan_registry.api.workers import UnitFilter
from sangathan_registry.queries.audit_entries import list_audit_entries as query
from sangathan_registry.queries.audit_entries import list_own_audit_entries as own_query
from sangathan_registry.queries.units import narrowed

router = edge_router(tags=["audit"])


@router.get("/v1/audit-entries", **described("audit.read", reply=AuditPage, headers=("Link",), refusals=(404,)))
async def list_audit_entries(
    look: LookDep,
    unit_id: UnitFilter = None,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """Read the audit trail of your unit and all below it, newest first."""
    purpose = f"audit:{look.caller.unit_id}:{unit_id}"
    before = UUID(look.parts.cursors.decode(cursor, purpose=purpose)[0]) if cursor is not None else None
    scope = await narrowed(look.read, look.caller.scope, unit_id)
    rows = await query(look.read, scope, before=before, limit=limit)
    return _page(look, rows, limit, purpose)


@router.get(
    "/v1/my-registry-audit-entries",
    **described("audit.read-own", reply=AuditPage, headers=("Link",)),
)
async def list_my_registry_audit_entries(look: LookDep, limit: Limit = 50, cursor: CursorParam = None) -> Response:
    """Read who looked at your record, who changed it, and what you did yourself, newest first."""
    purpose = f"own-audit:{look.caller.person}"
    before = UUID(look.parts.cursors.decode(cursor, purpose=purpose)[0]) if cursor is not None else None
    rows = await own_query(look.read, look.caller.person, before=before, limit=limit)
    return _page(look, rows, limit, purpose)


def _page(look: Look, rows: Sequence[asyncpg.Record], limit: int, purpose: str) -> Response:
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        following = look.parts.cursors.encode([str(rows[-1]["id"])], purpose=purpose)
    fields = AuditEntryOut.__struct_fields__
    return page_reply(look.request, [AuditEntryOut(**{name: row[name] for name in fields}) for row in rows], following)
