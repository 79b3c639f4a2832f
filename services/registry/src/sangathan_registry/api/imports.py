"""``/v1/worker-imports``: bring in lists of existing workers and office-bearers, as a job that can be followed."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.fields import one_line
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_chassis.refusal import Pointer
from sangathan_chassis.replies import PRIVATE, json_reply, page_reply
from sangathan_chassis.spreadsheets import write_csv
from sangathan_registry.api.bodies import Body, refuse_if
from sangathan_registry.api.described import described, schema_of
from sangathan_registry.api.drive_schemas import NothingIn
from sangathan_registry.api.id_pages import IdPages
from sangathan_registry.api.import_present import (
    OFFICE_COLUMNS,
    import_out,
    office_rows,
    reject_rows,
    row_out,
    trial_out,
)
from sangathan_registry.api.import_schemas import ImportedRowPage, ImportIn, ImportOut, ImportPage, TrialOut
from sangathan_registry.api.parts import ActDep, LookDep
from sangathan_registry.api.phones import read_phone
from sangathan_registry.api.workers import UnitFilter
from sangathan_registry.commands import read_import, start_import
from sangathan_registry.commands.start_import import ImportFile, StartImport
from sangathan_registry.domain.age import OLDEST_YEAR
from sangathan_registry.queries.imports import content_of_row, get_import, list_imports, list_rows
from sangathan_registry.queries.units import narrowed

router = edge_router(tags=["imports"])
SHORTEST_BASIS: Final = 5
_IMPORT, _NOTHING = Body(ImportIn), Body(NothingIn)
OutcomeFilter = Annotated[
    Literal["accepted", "already-there", "rejected", "needs-review"] | None,
    Query(description="Only rows that ended so."),
]


def _with_trial(route: dict[str, Any]) -> dict[str, Any]:
    """The same route also answers a dry run, at once."""
    content = {"application/json": {"schema": schema_of(TrialOut)}}
    route["responses"][200] = {
        "description": "What the file would come to (dry_run); nothing was kept.",
        "content": content,
    }
    return route


@router.post(
    "/v1/worker-imports",
    **_with_trial(
        described(
            "worker.import", body=ImportIn, reply=ImportOut, status=202, headers=("Location",), refusals=(404, 409)
        )
    ),
)
async def import_workers(act: ActDep) -> Response:
    """Bring in a list of existing workers; the reply says where to follow it. The same list again changes nothing.

    A dry run says first how the list would be read, proposes a mapping, and shows the first rows.
    """
    sent = await _IMPORT.read(act.request)
    day_first = None if sent.days is None else sent.days == "first"
    file = ImportFile(sent.unit_id, sent.file, sent.mapping, sent.kruti_dev, day_first, sent.relation_unsaid)
    if sent.dry_run:
        trial = await start_import.attempt(act.work, act.parts.sealer, read_phone, file)
        return json_reply(trial_out(trial))
    command = StartImport(file, _basis(sent, act.work.now), sent.collected_on)
    import_id = await start_import.handle(act.work, act.parts.sealer, act.caller, (command, read_phone))
    row = await get_import(act.work.raw, act.work.scope, import_id)
    return json_reply(import_out(row), 202, {"location": f"/v1/worker-imports/{import_id}"})


@router.get(
    "/v1/worker-imports",
    **described("worker.import", reply=ImportPage, headers=("Link",), refusals=(404,)),
)
async def list_worker_imports(
    look: LookDep, unit_id: UnitFilter = None, limit: Limit = 50, cursor: CursorParam = None
) -> Response:
    """List the imports for your unit and all below it, newest first."""
    pages = IdPages(look, (limit, cursor), "imports", unit_id)
    scope = await narrowed(look.read, look.caller.scope, unit_id)
    rows = await list_imports(look.read, scope, before=pages.start, limit=limit)
    return pages.reply(rows, import_out)


@router.get("/v1/worker-imports/{import_id}", **described("worker.import", reply=ImportOut, refusals=(404,)))
async def read_worker_import(import_id: UUID, look: LookDep) -> Response:
    """Read how far an import is."""
    return json_reply(import_out(await get_import(look.read, look.caller.scope, import_id)))


@router.get(
    "/v1/worker-imports/{import_id}/rows",
    **described("worker.import", reply=ImportedRowPage, headers=("Link",), refusals=(404,)),
)
async def list_imported_rows(  # noqa: PLR0917 - FastAPI reads filters from the signature.
    import_id: UUID, look: LookDep, outcome: OutcomeFilter = None, limit: Limit = 50, cursor: CursorParam = None
) -> Response:
    """List how the rows of an import ended, by line, with what each column would accept."""
    purpose = f"import-rows:{import_id}:{outcome}"
    after = int(look.parts.cursors.decode(cursor, purpose=purpose)[0]) if cursor else 0
    await get_import(look.read, look.caller.scope, import_id)
    outcomes = None if outcome is None else [outcome]
    rows = await list_rows(look.read, look.caller.scope, import_id, after=after, outcomes=outcomes, limit=limit)
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        following = look.parts.cursors.encode([str(rows[-1]["line"])], purpose=purpose)
    shown = [row_out(row, content_of_row(look.parts.sealer, import_id, row)) for row in rows]
    return page_reply(look.request, shown, following)


@router.get(
    "/v1/worker-imports/{import_id}/rejects",
    **described("worker.import", opens="work", media=("text/csv",), refusals=(404,)),
)
async def take_rejects(import_id: UUID, act: ActDep) -> Response:
    """Take the rows that were not accepted as a file with their reasons, to be corrected and imported again."""
    reading, rows = await read_import.rejects(act.work, act.parts.sealer, act.caller, import_id)
    return _csv(write_csv(*reject_rows(reading, rows)), "rejects")


@router.get(
    "/v1/worker-imports/{import_id}/office-bearers",
    **described("worker.import", opens="work", media=("text/csv",), refusals=(404,)),
)
async def take_office_bearers(import_id: UUID, act: ActDep) -> Response:
    """Take those whom the list says hold an office as a sheet for ``/v1/appointment-imports``, which alone appoints."""
    rows = await read_import.office_rows(act.work, act.parts.sealer, act.caller, import_id)
    return _csv(write_csv(OFFICE_COLUMNS, office_rows(rows)), "office-bearers")


@router.post(
    "/v1/worker-imports/{import_id}/stops",
    **described("worker.import", body=NothingIn, reply=ImportOut, refusals=(404,)),
)
async def stop_import(import_id: UUID, act: ActDep) -> Response:
    """Stop an import and drop its file; what is on record by it stays, and stopping again changes nothing."""
    await _NOTHING.read(act.request)
    return json_reply(import_out(await read_import.stop(act.work, act.caller, import_id)))


def _basis(sent: ImportIn, now: datetime) -> str:
    """Why the organisation holds the list; raises a refusal unless that, the mapping and the day can stand."""
    faults = []
    if sent.mapping is None:
        faults.append(Pointer("/mapping", "required: which column holds what; a dry run proposes it"))
    if sent.collected_on and not date(OLDEST_YEAR, 1, 1) <= sent.collected_on <= now.date():
        faults.append(Pointer("/collected_on", f"a day from {OLDEST_YEAR} on that is not in the future; or null"))
    try:
        basis = one_line(sent.basis or "")
    except ValueError:
        basis = ""
    if len(basis) < SHORTEST_BASIS:
        faults.append(
            Pointer("/basis", "required: on what the organisation holds the list, one line of 5 to 300 characters")
        )
    refuse_if(faults)
    return basis


def _csv(text: str, name: str) -> Response:
    headers = {**PRIVATE, "content-disposition": f'attachment; filename="{name}.csv"'}
    return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)
