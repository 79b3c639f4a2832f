"""Sheets of fences as CSV: as spreadsheets write them, with a mark for UTF-8 and no cell taken for a formula."""

from collections.abc import Mapping, Sequence
from typing import Final

from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_chassis.spreadsheets import Limits, read_table, write_csv
from sangathan_registry.domain.fence_sheet import COLUMNS, FenceReject

_REJECT_COLUMNS: Final = ("line", "reason", "reason_hi")
_KNOWN: Final = {name: name == "unit" for name in (*COLUMNS, *_REJECT_COLUMNS)}

Row = tuple[int, Mapping[str, str]]


def read_rows(text: str, *, most: int) -> list[Row]:
    """The rows by their lines; raises a refusal that names what is wrong with the sheet as a whole."""
    data = text.encode()
    try:
        rows = read_table(data, _KNOWN, Limits(file=len(data), rows=most), even=True)
    except Refusal as refusal:
        errors = [Pointer("/csv", refusal.detail)]
        raise Refusal(INVALID_INPUT, "Each error names the place and what is wrong there.", errors=errors) from None
    return [(row.line, {name: row.values[name] for name in COLUMNS}) for row in rows]


def write_rejects(rejects: Sequence[FenceReject]) -> str:
    """The rejected rows with their reasons as a sheet, to be corrected and sent again."""
    rows = ((one.line, one.reason.en, one.reason.hi, *(one.values[name] for name in COLUMNS)) for one in rejects)
    return write_csv((*_REJECT_COLUMNS, *COLUMNS), rows)
