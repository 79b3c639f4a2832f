"""Sheets that come as text in a body: read as any spreadsheet is, and refused at the place where they stand in it."""

from collections.abc import Mapping

from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_chassis.spreadsheets import Limits, read_table
from sangathan_identity.domain.sheets import Row


def read_sheet(text: str, columns: Mapping[str, bool], *, most: int) -> list[Row]:
    """The rows of a sheet whose ``columns`` must be there or may; raises a refusal that names what is wrong with it."""
    data = text.encode()
    try:
        rows = read_table(data, columns, Limits(file=len(data), rows=most), even=True)
    except Refusal as refusal:
        errors = [Pointer("/csv", refusal.detail)]
        raise Refusal(INVALID_INPUT, "Each error names the place and what is wrong there.", errors=errors) from None
    return [Row(row.line, row.values) for row in rows]
