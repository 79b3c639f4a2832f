"""Sheets of fences as CSV: as spreadsheets write them, with a mark for UTF-8 and no cell taken for a formula."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_registry.domain.fence_sheet import COLUMNS, FenceReject

_MARK: Final = "\ufeff"
_REJECT_COLUMNS: Final = ("line", "reason", "reason_hi")
_KNOWN: Final = {*COLUMNS, *_REJECT_COLUMNS}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

Row = tuple[int, Mapping[str, str]]


def read_rows(text: str, *, most: int) -> list[Row]:
    """The rows by their lines; raises a refusal that names what is wrong with the sheet as a whole."""
    reader = csv.reader(io.StringIO(text.removeprefix(_MARK), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if "unit" not in header or not _KNOWN.issuperset(header) or len(set(header)) < len(header):
            raise _refused(f"the first line names each column once, out of: {', '.join(COLUMNS)}; unit is needed")
        rows: list[Row] = []
        for cells in filter(any, reader):
            if len(rows) == most:
                raise _refused(f"a sheet has at most {most:,} rows; bring it in in parts")
            if len(cells) != len(header):
                raise _refused(f"line {reader.line_num} has {len(cells)} cells, the first line has {len(header)}")
            given = dict(zip(header, map(_plain, cells), strict=True))
            rows.append((reader.line_num, {name: given.get(name, "") for name in COLUMNS}))
    except csv.Error as error:
        raise _refused(f"line {reader.line_num} is not CSV: {error}") from None
    return rows


def write_rejects(rejects: Sequence[FenceReject]) -> str:
    """The rejected rows with their reasons as a sheet, to be corrected and sent again."""
    out = io.StringIO()
    out.write(_MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow((*_REJECT_COLUMNS, *COLUMNS))
    for one in rejects:
        writer.writerow((one.line, one.reason.en, one.reason.hi, *(_safe(one.values[name]) for name in COLUMNS)))
    return out.getvalue()


def _plain(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _refused(what: str) -> Refusal:
    return Refusal(INVALID_INPUT, "Each error names the place and what is wrong there.", errors=[Pointer("/csv", what)])
