"""The tree as a file: bring a sheet of units in, with a dry run and a reason for each row rejected, and take it out."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Response
from pydantic import Field, StrictBool, StringConstraints

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, ReadDep, WorkDep, declares, edge_router
from sangathan_chassis.replies import PRIVATE, json_reply
from sangathan_chassis.spreadsheets import write_csv
from sangathan_identity.api.fields import Body, Reply
from sangathan_identity.api.sheets import read_sheet
from sangathan_identity.commands import import_units
from sangathan_identity.commands.import_units import Imported, ImportUnits
from sangathan_identity.domain.tree_sheet import COLUMNS, Create, Move, Reject, Rename
from sangathan_identity.queries.units import export_rows

router = edge_router(tags=["units"])

MOST_ROWS: Final = 100_000
_MOST_LETTERS: Final = 9_000_000
_MOST_SHOWN: Final = 200
_REJECT_COLUMNS: Final = ("line", "reason", "reason_hi")
# What a file of rejects has beside the rows themselves may be sent back as it is.
_COLUMNS: Final = {name: name != "id" for name in COLUMNS} | dict.fromkeys(_REJECT_COLUMNS, False)
_SHEET = "parent,level,code,name_hi,name_en\nin.mp.d07.v033.m02.,booth,b0172,ग्वालियर बूथ 172,Gwalior Booth 172\n"


class SheetIn(Body):
    """A sheet of units."""

    csv: Annotated[str, StringConstraints(min_length=1, max_length=_MOST_LETTERS)] = Field(
        description="CSV with the columns parent (the path above), level, code, name_hi and name_en, and id for a unit"
        " that is to move or get another code; a unit found by id, or by parent and code, is changed, else created.",
        examples=[_SHEET],
    )
    dry_run: StrictBool = Field(default=False, description="Say what it would do, and write nothing.")
    only_valid: StrictBool = Field(
        default=False, description="Bring in what can be when some rows cannot; otherwise all or nothing."
    )


class RejectOut(Reply):
    """A row that cannot be."""

    line: int = Field(description="Its line in the sheet; the first line holds the columns' names.", examples=[3])
    reason: str = Field(examples=["unknown-parent"])
    detail_hi: str = Field(examples=["ऊपर की इकाई इस पथ पर नहीं है"])
    detail_en: str = Field(examples=["no unit of yours stands at the parent's path"])


class ImportOut(Reply):
    """What a sheet amounts to."""

    dry_run: bool
    applied: bool = Field(description="Whether anything was written.")
    created: int
    renamed: int
    moved: int
    unchanged: int = Field(description="Rows that say what is so already.")
    rejected: int
    rejects: list[RejectOut] = Field(description=f"The first {_MOST_SHOWN} of them.")
    rejects_csv: str = Field(description="All of them as a sheet with reasons, to be corrected and brought in again.")


@router.post(
    "/v1/unit-imports",
    summary="Bring in a sheet of units",
    response_model=ImportOut,
    responses=refuses(404),
    **declares("unit.import"),
)
async def bring_in(body: SheetIn, caller: CallerDep, work: WorkDep) -> Response:
    """Creates, renames and moves units within the caller's own; the same sheet a second time changes nothing."""
    rows = read_sheet(body.csv, _COLUMNS, most=MOST_ROWS)
    done = await import_units.handle(work, caller, ImportUnits(rows, body.dry_run, body.only_valid))
    return json_reply(_told(done, dry_run=body.dry_run))


@router.get(
    "/v1/unit-exports",
    summary="Take out the units as a sheet",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}, **refuses(404)},
    **declares("unit.export"),
)
async def take_out(caller: CallerDep, read: ReadDep) -> Response:
    """Gives the caller's open units in the order of their paths, to be changed and brought in again."""
    text = write_csv(COLUMNS, await export_rows(read, caller.scope))
    headers = {**PRIVATE, "content-disposition": 'attachment; filename="units.csv"'}
    return Response(text.encode(), media_type="text/csv", headers=headers)


def _told(done: Imported, *, dry_run: bool) -> dict[str, object]:
    rejects = done.plan.rejects
    return {
        "dry_run": dry_run,
        "applied": done.applied,
        "created": done.count(Create),
        "renamed": done.count(Rename),
        "moved": done.count(Move),
        "unchanged": done.plan.unchanged,
        "rejected": len(rejects),
        "rejects": [_shown(reject) for reject in rejects[:_MOST_SHOWN]],
        "rejects_csv": _as_sheet(rejects) if rejects else "",
    }


def _shown(reject: Reject) -> dict[str, object]:
    reason = reject.reason
    return {"line": reject.row.line, "reason": reason.slug, "detail_hi": reason.hi, "detail_en": reason.en}


def _as_sheet(rejects: Sequence[Reject]) -> str:
    return write_csv(
        (*_REJECT_COLUMNS, *COLUMNS),
        (
            (one.row.line, one.reason.en, one.reason.hi, *(one.row.values[column] for column in COLUMNS))
            for one in rejects
        ),
    )
