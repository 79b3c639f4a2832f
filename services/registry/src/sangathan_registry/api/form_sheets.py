"""Forms as XLSForm (xlsform.org): drafted from an Excel file, and given as one that drafts the same form again."""

import asyncio
from typing import Annotated, Final
from uuid import UUID

import msgspec
from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.refusal import INVALID_INPUT, Refusal
from sangathan_chassis.replies import PRIVATE, json_reply
from sangathan_chassis.spreadsheet_writing import write_workbook
from sangathan_chassis.spreadsheets import XLSX, Limits, read_workbook
from sangathan_registry.api.described import described
from sangathan_registry.api.drive_schemas import DefinitionIn, FormImportOut, FormOut, SheetFaultOut
from sangathan_registry.api.forms import form_out
from sangathan_registry.api.parts import Act, ActDep, LookDep
from sangathan_registry.commands import make_form
from sangathan_registry.commands.check_answers import is_pattern
from sangathan_registry.domain.xlsform_reading import Judged, ReadForm, read_xlsform
from sangathan_registry.domain.xlsform_writing import write_xlsform
from sangathan_registry.queries.drives import find_form
from sangathan_registry.queries.units import get_place, levels

router = edge_router(tags=["forms"])

_LIMITS: Final = Limits(file=1_000_000, unpacked=30_000_000, rows=50_000, letters=100_000)
_MOST_SHOWN: Final = 200


@router.post(
    "/v1/form-imports",
    **described("form.make", body=(XLSX,), reply=FormImportOut, refusals=(404,)),
)
async def import_form(
    act: ActDep,
    unit_id: Annotated[UUID, Query(description="Where the form is set up.")],
    form_id: Annotated[UUID | None, Query(description="The form whose next version this is.")] = None,
    dry_run: Annotated[bool, Query(description="Say what is wrong with it, and draft nothing.")] = False,  # noqa: FBT002
) -> Response:
    """Draft a form from an XLSForm; what a form has no place for is named by sheet, row and column, and then none is.

    Columns beyond the standard: primary_at (levels), topic, field_class; in settings title_hi; a sheet purposes
    (topic, purpose).
    """
    await get_place(act.work.raw, act.work.scope, unit_id)
    judged = Judged(await levels(act.work.raw), is_pattern)
    read = await asyncio.to_thread(_read, await act.request.body(), judged)
    form = None
    if not read.faults and not dry_run:
        form = await _draft(act, read, unit_id, form_id)
    return json_reply(_told(read, form, dry_run=dry_run))


@router.get("/v1/forms/{form_version_id}/xlsform", **described("form.read", media=(XLSX,), refusals=(404,)))
async def export_form(form_version_id: UUID, look: LookDep) -> Response:
    """Give a version as XLSForm; imported again it is the same form."""
    row = await find_form(look.read, form_version_id)
    form = form_out(row)
    sheets = write_xlsform((form.form_id, form.version), (form.title_hi, form.title_en), form.definition)
    headers = {**PRIVATE, "content-disposition": f'attachment; filename="form-{form.form_id}-{form.version}.xlsx"'}
    return Response(await asyncio.to_thread(write_workbook, sheets), media_type=XLSX, headers=headers)


def _read(data: bytes, judged: Judged) -> ReadForm:
    sheets = [(sheet.name, [(row.line, row.cells) for row in sheet.rows]) for sheet in read_workbook(data, _LIMITS)]
    return read_xlsform(sheets, judged)


async def _draft(act: Act, read: ReadForm, unit_id: UUID, form_id: UUID | None) -> FormOut:
    try:
        definition = msgspec.to_builtins(msgspec.convert(read.definition, DefinitionIn))
    except msgspec.ValidationError as error:
        raise Refusal(INVALID_INPUT, str(error)) from None
    command = make_form.DraftForm(unit_id, form_id, (read.title["hi"], read.title["en"]), definition)
    return form_out(await find_form(act.work.raw, await make_form.draft(act.work, act.caller, command)))


def _told(read: ReadForm, form: FormOut | None, *, dry_run: bool) -> FormImportOut:
    sections = read.definition["sections"]
    faults = sorted(read.faults, key=lambda one: (one.sheet != "survey", one.sheet, one.row))
    return FormImportOut(
        dry_run=dry_run,
        applied=form is not None,
        sections=len(sections),
        questions=sum(len(section["questions"]) for section in sections),
        rejected=len(faults),
        faults=[
            SheetFaultOut(
                sheet=one.sheet, row=one.row, column=one.column, reason=one.slug, detail_hi=one.hi, detail_en=one.en
            )
            for one in faults[:_MOST_SHOWN]
        ],
        form=form,
    )
