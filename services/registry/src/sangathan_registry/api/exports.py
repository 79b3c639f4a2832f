"""``/v1/exports``: the records of a unit and all below it as a file, made in the background, and marked."""

from typing import Final
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_chassis.refusal import NOT_FOUND, Pointer, Refusal
from sangathan_chassis.replies import PRIVATE, json_reply
from sangathan_registry.api.bodies import Body, refuse_if
from sangathan_registry.api.described import described
from sangathan_registry.api.export_files import MEDIA, ExportFile
from sangathan_registry.api.export_schemas import ExportedOut, ExportIn, ExportOut, ExportPage
from sangathan_registry.api.id_pages import IdPages
from sangathan_registry.api.parts import ActDep, LookDep
from sangathan_registry.commands import ask_export, open_export
from sangathan_registry.domain.exports import Export, Format, State
from sangathan_registry.domain.particulars import fault
from sangathan_registry.queries.exports import find_export, list_exports

router = edge_router(tags=["exports"])
_EXPORT = Body(ExportIn)
_PLACE: Final = "/v1/exports"
_FILES: Final = tuple(media for name, media in MEDIA.items() if name is not Format.JSON)


@router.post(
    _PLACE,
    **described(
        "worker.export", body=ExportIn, reply=ExportOut, status=202, headers=("Location",), refusals=(404, 409)
    ),
)
async def begin_export(act: ActDep) -> Response:
    """Ask for the records of a unit of yours and all below it as a file; read its state until it is ready."""
    sent = await _EXPORT.read(act.request)
    faults: list[Pointer] = []
    purpose = " ".join(sent.purpose.split())
    if len(purpose) < 5 or not purpose.isprintable():
        faults.append(fault("purpose"))
    refuse_if(faults)
    settings = act.parts.settings
    command = ask_export.AskExport(sent.unit_id, Format(sent.format), sent.status, purpose)
    export = await ask_export.handle(
        act.work, act.caller, command, days=settings.export_days, per_day=settings.exports_per_day
    )
    return json_reply(_out(export), 202, {"location": f"{_PLACE}/{export.id}"})


@router.get(_PLACE, **described("export.read", reply=ExportPage, headers=("Link",)))
async def list_own_exports(look: LookDep, limit: Limit = 50, cursor: CursorParam = None) -> Response:
    """List the exports that you asked for under this office, newest first."""
    pages = IdPages(look, (limit, cursor), "exports")
    found = await list_exports(look.read, look.caller, _now(look.request), (pages.start, limit))
    return pages.reply(found, _out, lambda one: one.id)


@router.get(_PLACE + "/{export_id}", **described("export.read", reply=ExportOut, refusals=(404,)))
async def read_export(export_id: UUID, look: LookDep) -> Response:
    """Read how far an export of yours has come."""
    export = await find_export(look.read, look.caller, _now(look.request), export_id)
    if export is None:
        raise Refusal(NOT_FOUND)
    return json_reply(_out(export))


@router.get(
    _PLACE + "/{export_id}/file",
    **described("worker.export", opens="work", media=_FILES, reply=ExportedOut, refusals=(404, 409)),
)
async def download_export(export_id: UUID, act: ActDep) -> Response:
    """Fetch an export of yours; each time is on the audit trail, and who has left the record since is not in it."""
    export = await open_export.handle(act.work, act.caller, export_id)
    file = ExportFile(act.request.app.state.database, act.parts.sealer, act.caller, export)
    headers = {
        **PRIVATE,
        "x-content-type-options": "nosniff",
        "content-disposition": f'attachment; filename="sangathan-{export.id}.{export.format}"',
    }
    return StreamingResponse(file.pieces(act.work.now), media_type=MEDIA[export.format], headers=headers)


def _now(request: Request) -> object:
    return request.app.state.database.clock.now()


def _out(export: Export) -> ExportOut:
    return ExportOut(
        id=export.id,
        unit_id=export.unit_id,
        format=export.format.value,
        status=export.status,  # type: ignore[arg-type]  # The table's check knows the same words.
        purpose=export.purpose,
        state=export.state.value,
        stop=None if export.stop is None else export.stop.value,
        rows=export.rows,
        fields=sorted(export.field_classes),
        asked_at=export.asked_at,
        listed_at=export.listed_at,
        ready_at=export.ready_at,
        expires_at=export.expires_at,
        file=f"{_PLACE}/{export.id}/file" if export.state is State.READY else None,
    )
