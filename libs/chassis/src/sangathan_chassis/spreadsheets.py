"""Spreadsheets that people send, CSV or XLSX, read within bounds: every cell becomes a text, and nothing is evaluated.

What is refused, each time with a sentence that says what would be accepted: a file over ``Limits.file`` bytes; an XLSX
whose parts come to over ``Limits.unpacked`` bytes, as declared or as they really unpack (zip bombs), or that is
encrypted; a DOCTYPE, so that no entity is ever expanded or fetched; more than ``Limits.sheets`` sheets, ``Limits.rows``
rows below the first, a cell beyond ``Limits.columns`` (unless wide rows are kept) or over ``Limits.letters``, and cells
that together, shared texts counted each time they are used, have over ``Limits.unpacked`` letters; text that is not
UTF-8; a formula that was saved without its result. Macros, pictures, comments and links are not looked at.

Days come as ``2022-01-31``, moments as ``2022-01-31T10:30:00``, times as ``10:30:00``, numbers without an exponent,
booleans as ``true`` and ``false``; CSV comes as it stands. Empty rows are left out, and each row keeps the line it has
in the file. Reading is work for the processor (about 300,000 cells a second): call it in a thread.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sangathan_chassis.spreadsheet_bounds import SHEET_NOT_READ, Limits, Row, Sheet, refused
from sangathan_chassis.spreadsheet_parts import Workbook

__all__ = [
    "CSV",
    "SHEET_NOT_READ",
    "XLSX",
    "Limits",
    "Row",
    "Sheet",
    "TableRow",
    "read_rows",
    "read_table",
    "read_workbook",
]

BYTE_ORDER_MARK: Final = "\ufeff"
CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_QUOTE: Final = "'"


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row by the names in the first one; what the file has no column for is empty."""

    line: int
    values: Mapping[str, str]


def read_workbook(data: bytes, limits: Limits) -> list[Sheet]:
    """Every sheet of an XLSX file; raises a refusal."""
    _check(data, limits)
    if not data.startswith(_ZIP):
        raise refused("send an Excel file (.xlsx)")
    return Workbook(data, limits).sheets()


def read_rows(data: bytes, limits: Limits) -> list[Row]:
    """The rows of a CSV file, or of the first sheet of an XLSX file, told by its content; raises a refusal."""
    if data.startswith(_ZIP):
        return list(read_workbook(data, limits)[0].rows)
    _check(data, limits)
    return _read_csv(data, limits)


def read_table(data: bytes, columns: Mapping[str, bool], limits: Limits, *, even: bool = False) -> list[TableRow]:
    """The rows of a file whose first one names ``columns``, those marked as needed and perhaps the others.

    Cells are trimmed, composed (NFC), and freed of `safe_cell`'s quote. With ``even`` a row with fewer cells than the
    first is refused too, where an empty cell would mean something.
    """
    rows = read_rows(data, limits)
    header = [cell.strip() for cell in rows[0].cells] if rows else []
    while header and not header[-1]:
        header.pop()
    _check_header(header, columns)
    for row in rows[1:] if even else ():
        if len(row.cells) < len(header):
            raise refused(f"line {row.line} has {len(row.cells)} cells where the first line has {len(header)}")
    return [_table_row(row, header, columns) for row in rows[1:]]


def safe_cell(text: str) -> str:
    """The text so that a spreadsheet shows it from CSV: what would begin a formula gets a quote before it.

    A phone number begins with a plus sign, and so becomes text as well and keeps its sign (OWASP, CSV injection).
    """
    return f"{_QUOTE}{text}" if text.startswith((*_FORMULA, _QUOTE)) else text


def plain_cell(text: str) -> str:
    """The text of a cell as it was meant: without `safe_cell`'s quote, as NFC, without blanks around it."""
    text = text.strip()
    if text.startswith(_QUOTE) and text[1:].startswith((*_FORMULA, _QUOTE)):
        text = text[1:]
    return unicodedata.normalize("NFC", text)


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A whole sheet as text, which a spreadsheet opens as UTF-8 and without a formula in it."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe_cell("" if value is None else str(value)) for value in row] for row in rows)
    return out.getvalue()


def _check(data: bytes, limits: Limits) -> None:
    if len(data) > limits.file:
        raise refused(f"a file has at most {limits.file:,} bytes; send it in parts")
    if data.startswith(_OLD_EXCEL):
        raise refused("this is an old Excel file, or one with a password; save it as .xlsx without a password")


def _read_csv(data: bytes, limits: Limits) -> list[Row]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refused("this is neither .xlsx nor CSV in UTF-8; save it as 'CSV UTF-8' or as .xlsx") from None
    if "\x00" in text:
        raise refused("this is no text; save it as 'CSV UTF-8' or as .xlsx")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return list(_within(_csv_rows(reader), limits))
    except csv.Error as error:
        raise refused(f"line {reader.line_num} is not CSV: {error}") from None


def _csv_rows(reader: Iterator[list[str]]) -> Iterator[Row]:
    for cells in reader:
        if any(cells):
            yield Row(getattr(reader, "line_num", 0), cells)


def _within(rows: Iterator[Row], limits: Limits) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number > limits.rows:
            raise refused(f"a sheet has at most {limits.rows:,} rows below the first; send it in parts")
        if len(row.cells) > limits.columns:
            raise refused(f"a sheet has at most {limits.columns} columns; line {row.line} has more")
        if any(len(cell) > limits.letters for cell in row.cells):
            raise refused(f"a cell has at most {limits.letters:,} letters; one of line {row.line} has more")
        yield row


def _check_header(header: Sequence[str], columns: Mapping[str, bool]) -> None:
    missing = [name for name, needed in columns.items() if needed and name not in header]
    unknown = [name for name in header if name not in columns]
    if missing or unknown or len(set(header)) < len(header):
        raise refused(
            f"the first line names each column once, out of: {', '.join(columns)};"
            f" missing: {', '.join(missing) or '-'}; unknown columns: {len(unknown)}"
        )


def _table_row(row: Row, header: Sequence[str], columns: Mapping[str, bool]) -> TableRow:
    if any(row.cells[len(header) :]):
        raise refused(f"line {row.line} has a cell to the right of the last named column")
    values = zip(header, map(plain_cell, row.cells), strict=False)
    return TableRow(row.line, dict.fromkeys(columns, "") | dict(values))
