"""Many assignments as a file, CSV or XLSX: with a trial and, for each row rejected, what would be accepted."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from fastapi import Query, Response
from msgspec import Meta

from sangathan_chassis.edge import edge_router
from sangathan_chassis.replies import json_reply
from sangathan_chassis.spreadsheets import CSV, XLSX, Limits, read_table, write_csv
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import ActDep
from sangathan_registry.api.phones import read_phone
from sangathan_registry.commands import import_assignments
from sangathan_registry.commands.import_assignments import ImportAssignments, Imported
from sangathan_registry.domain.assignment_sheet import (
    BAD_DATE,
    BAD_WHO,
    COLUMNS,
    NOBODY,
    WHO,
    Asked,
    Fault,
    Reject,
    Row,
    first_moment,
    moment_after,
)

router = edge_router(tags=["assignments"])

_LIMITS: Final = Limits(file=4_000_000, rows=20_000, columns=20, letters=200)
_MOST_SHOWN: Final = 200
_REJECT_COLUMNS: Final = ("line", "column", "reason", "reason_hi")
# What a file of rejects has beside the rows themselves may be sent back as it is.
_COLUMNS: Final = dict(COLUMNS) | dict.fromkeys(_REJECT_COLUMNS, False)
_NUMBER_LENGTH: Final = 10


class AssignmentFaultOut(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong in a column of a row."""

    line: Annotated[int, Meta(description="The row's line in the file.", examples=[3])]
    column: Annotated[str, Meta(description="The column.", examples=["booth"])]
    reason: Annotated[str, Meta(description="A stable word for it.", examples=["unknown-booth"])]
    detail_hi: Annotated[str, Meta(description="What would be accepted.", examples=["अपने क्षेत्र के बूथ का पथ दें"])]
    detail_en: Annotated[
        str, Meta(description="What would be accepted.", examples=["takes the path of a booth in your area"])
    ]


class AssignmentImportOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a sheet amounts to."""

    dry_run: bool
    applied: Annotated[bool, Meta(description="Whether anybody was assigned.")]
    assigned: Annotated[int, Meta(description="Rows that assign a booth.", examples=[1998])]
    unchanged: Annotated[int, Meta(description="Rows that say what is so already.", examples=[2])]
    rejected: Annotated[int, Meta(description="Rows that cannot be.", examples=[0])]
    rejects: Annotated[list[AssignmentFaultOut], Meta(description="What is wrong, up to 200 faults.")]
    rejects_csv: Annotated[
        str, Meta(description="All rejected rows as a sheet with reasons, to be corrected and sent again.")
    ]


_IMPORT: Final = described("assignment.make", body=(CSV, XLSX), reply=AssignmentImportOut)
_IMPORT["openapi_extra"]["requestBody"]["content"][CSV]["example"] = (
    "booth,phone,valid_from,valid_to\nin.mp.d07.v033.m02.b0171.,+916000000001,2022-01-20,2022-01-30\n"
)


@router.post("/v1/assignment-imports", **_IMPORT)
async def import_sheet(
    act: ActDep,
    dry_run: Annotated[bool, Query(description="Say what it would do, and assign nobody.")] = False,  # noqa: FBT002
    only_valid: Annotated[bool, Query(description="Bring in valid rows when some are not.")] = False,  # noqa: FBT002
) -> Response:
    """Assign booths to the vistaraks whom a file names, up to 20,000 rows; the same file again changes nothing.

    Columns: booth (its path, or a code that your area has once), one of person_id, membership_number and phone, and
    perhaps valid_from and valid_to: days in India, the last one included, or moments.
    """
    asked, unreadable = await asyncio.to_thread(_read, await act.request.body())
    command = ImportAssignments(asked, unreadable, dry_run, only_valid)
    done = await import_assignments.handle(act.work, act.parts.sealer, act.caller, command)
    return json_reply(await asyncio.to_thread(_told, done, dry_run))


def _read(data: bytes) -> tuple[list[Asked], list[Reject]]:
    asked, unreadable = [], []
    for row in read_table(data, _COLUMNS, _LIMITS):
        one, faults = _asked(Row(row.line, row.values))
        if faults:
            unreadable.append(Reject(one.row, faults))
        else:
            asked.append(one)
    return asked, unreadable


def _asked(row: Row) -> tuple[Asked, list[Fault]]:
    """What a row asks for, good only without faults."""
    faults: list[Fault] = []
    named = [column for column in WHO if row.values[column]]
    by = named[0] if named else ""
    who = _who(by, row.values[by]) if by else None
    if len(named) != 1:
        faults.append(NOBODY)
    elif who is None:
        faults.append(BAD_WHO[by])
    begins = _moment(row, "valid_from", first_moment, faults)
    ends = _moment(row, "valid_to", moment_after, faults)
    booth = row.values["booth"]
    return Asked(
        row, by, who or "", f"{booth}." if "." in booth.rstrip(".") and booth[-1] != "." else booth, begins, ends
    ), faults


def _moment(row: Row, column: str, read: Callable[[str], datetime | None], faults: list[Fault]) -> datetime | None:
    try:
        return read(row.values[column])
    except ValueError:
        faults.append(BAD_DATE[column])
        return None


def _who(by: str, text: str) -> str | None:
    if by == "phone":
        return read_phone(text)
    if by == "membership_number":
        number = "".join(text.split())
        return number if len(number) == _NUMBER_LENGTH and number.isascii() and number.isdigit() else None
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _told(done: Imported, dry_run: bool) -> AssignmentImportOut:  # noqa: FBT001 - a thread passes it on by position.
    faults = [(reject.row.line, fault) for reject in done.rejects for fault in reject.faults]
    return AssignmentImportOut(
        dry_run=dry_run,
        applied=done.applied,
        assigned=len(done.plan.made),
        unchanged=done.plan.unchanged,
        rejected=len(done.rejects),
        rejects=[
            AssignmentFaultOut(line=line, column=one.column, reason=one.slug, detail_hi=one.hi, detail_en=one.en)
            for line, one in faults[:_MOST_SHOWN]
        ],
        rejects_csv=_as_sheet(done.rejects) if done.rejects else "",
    )


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
