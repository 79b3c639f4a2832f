"""Many appointments as a file: bring a sheet in, with a trial and, for each row rejected, what would be accepted."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Response
from pydantic import Field, StrictBool, StringConstraints

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, WorkDep, declares, edge_router
from sangathan_chassis.replies import json_reply
from sangathan_chassis.spreadsheets import write_csv
from sangathan_identity.api.appointment_rows import COLUMNS, read_rows
from sangathan_identity.api.fields import Body, Reply
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.api.sheets import read_sheet
from sangathan_identity.commands import import_appointments
from sangathan_identity.commands.import_appointments import ImportAppointments, Imported
from sangathan_identity.domain.appointment_sheet import Reject

router = edge_router(tags=["appointments"])

MOST_ROWS: Final = 5_000
_MOST_LETTERS: Final = 1_000_000
_MOST_SHOWN: Final = 200
_REJECT_COLUMNS: Final = ("line", "column", "reason", "reason_hi")
# What a file of rejects has beside the rows themselves may be sent back as it is.
_COLUMNS: Final = dict(COLUMNS) | dict.fromkeys(_REJECT_COLUMNS, False)
_SHEET = (
    "phone,name_hi,name_en,office,unit,valid_from,valid_to\n"
    "+916000000171,अनिल नमूना,Anil Namuna,booth-president,in.mp.d07.v033.m02.b0171.,2022-01-20,2024-01-31\n"
)


class AppointmentSheetIn(Body):
    """A sheet of appointments."""

    csv: Annotated[str, StringConstraints(min_length=1, max_length=_MOST_LETTERS)] = Field(
        description="CSV with the columns phone, name_hi, name_en, office (its slug) and unit (its path), and perhaps"
        " valid_from and valid_to (days in India, the last one included, or moments). A person is found by phone and"
        f" recorded when new. At most {MOST_ROWS:,} rows.",
        examples=[_SHEET],
    )
    dry_run: StrictBool = Field(default=False, description="Say what it would do, and appoint nobody.")
    only_valid: StrictBool = Field(
        default=False, description="Appoint whom the valid rows name when some rows cannot be; otherwise all or nobody."
    )


class AppointmentFaultOut(Reply):
    """What is wrong in a column of a row."""

    line: int = Field(description="The row's line in the sheet; the first line holds the columns' names.", examples=[3])
    column: str = Field(examples=["unit"])
    reason: str = Field(examples=["wrong-level"])
    detail_hi: str = Field(description="What would be accepted.", examples=["booth स्तर की इकाई दें"])
    detail_en: str = Field(description="What would be accepted.", examples=["takes a unit of the level booth"])


class AppointmentImportOut(Reply):
    """What a sheet amounts to."""

    dry_run: bool
    applied: bool = Field(description="Whether anybody was appointed.")
    appointed: int = Field(description="Rows that appoint somebody.", examples=[1998])
    new_persons: int = Field(description="Persons who are on record by this sheet for the first time.", examples=[1640])
    relieved: int = Field(description="Acting charges that end, or lapse sooner, since a regular holder begins.")
    unchanged: int = Field(description="Rows that say what is so already.")
    rejected: int = Field(description="Rows that cannot be.")
    rejects: list[AppointmentFaultOut] = Field(description=f"What is wrong; the first {_MOST_SHOWN} faults.")
    rejects_csv: str = Field(description="All rejected rows as a sheet with reasons, to be corrected and sent again.")


@router.post(
    "/v1/appointment-imports",
    summary="Appoint everybody whom a sheet names",
    response_model=AppointmentImportOut,
    responses=refuses(404, _429="Too many requests, or too many numbers that were other people's today."),
    **declares("appointment.make"),
)
async def appoint_by_sheet(body: AppointmentSheetIn, caller: CallerDep, work: WorkDep, parts: PartsDep) -> Response:
    """Appoints from above, each row by the rules of a single appointment; the same sheet again changes nothing."""
    asked, unreadable = read_rows(read_sheet(body.csv, _COLUMNS, most=MOST_ROWS))
    command = ImportAppointments(asked, unreadable, body.dry_run, body.only_valid)
    async with parts.numbers.watched(caller, work.now):
        done = await import_appointments.handle(work, caller, command, parts.sealer)
        await parts.numbers.count(caller, work.now, done.numbers_taken)
    return json_reply(_told(done, dry_run=body.dry_run))


def _told(done: Imported, *, dry_run: bool) -> dict[str, object]:
    plan, rejects = done.plan, done.rejects
    faults = [
        {
            "line": reject.row.line,
            "column": fault.column,
            "reason": fault.slug,
            "detail_hi": fault.hi,
            "detail_en": fault.en,
        }
        for reject in rejects
        for fault in reject.faults
    ]
    return {
        "dry_run": dry_run,
        "applied": done.applied,
        "appointed": len(plan.made),
        "new_persons": len(plan.newcomers),
        "relieved": len(plan.relieved),
        "unchanged": plan.unchanged,
        "rejected": len(rejects),
        "rejects": faults[:_MOST_SHOWN],
        "rejects_csv": _as_sheet(rejects) if rejects else "",
    }


def _as_sheet(rejects: Sequence[Reject]) -> str:
    return write_csv(
        (*_REJECT_COLUMNS, *COLUMNS),
        (
            (
                one.row.line,
                ", ".join(fault.column for fault in one.faults),
                "; ".join(fault.en for fault in one.faults),
                "; ".join(fault.hi for fault in one.faults),
                *(one.row.values[column] for column in COLUMNS),
            )
            for one in rejects
        ),
    )
