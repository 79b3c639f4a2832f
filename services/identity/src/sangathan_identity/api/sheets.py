"""CSV as spreadsheets write and read it: a mark for UTF-8, and no cell that is taken for a formula."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_identity.domain.sheets import Row

BYTE_ORDER_MARK: Final = "\ufeff"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_QUOTE: Final = "'"


def safe_cell(text: str) -> str:
    """The text so that a spreadsheet shows it: what would begin a formula gets a quote before it."""
    return f"{_QUOTE}{text}" if text.startswith((*_FORMULA, _QUOTE)) else text


def plain_cell(text: str) -> str:
    """The text of a cell as it was meant: without `safe_cell`'s quote, as NFC, with single spaces."""
    text = text.strip()
    if text.startswith(_QUOTE) and text[1:].startswith((*_FORMULA, _QUOTE)):
        text = text[1:]
    return " ".join(unicodedata.normalize("NFC", text).split(" "))


def write_sheet(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A whole sheet as text."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe_cell("" if value is None else str(value)) for value in row] for row in rows)
    return out.getvalue()


def read_sheet(text: str, columns: Mapping[str, bool], *, most: int) -> list[Row]:
    """The rows of a sheet whose ``columns`` must be there or may; raises a refusal that names what is wrong with it."""
    reader = csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, columns)
        return list(_rows(reader, header, columns, most))
    except csv.Error as error:
        raise _refused(f"line {reader.line_num} is not CSV: {error}") from None


def _check_header(header: Sequence[str], columns: Mapping[str, bool]) -> None:
    missing = [name for name, needed in columns.items() if needed and name not in header]
    unknown = [name[:40] for name in header if name not in columns]
    if missing or unknown or len(set(header)) < len(header):
        accepted = ", ".join(columns)
        raise _refused(
            f"the first line names each column once, out of: {accepted}; missing: {', '.join(missing) or '-'}"
        )


def _rows(
    reader: "Iterator[list[str]]", header: Sequence[str], columns: Mapping[str, bool], most: int
) -> Iterator[Row]:
    line = 1
    for number, cells in enumerate((cells for cells in reader if any(cells)), start=1):
        line = getattr(reader, "line_num", line)
        if number > most:
            raise _refused(f"a sheet has at most {most:,} rows; bring it in in parts")
        if len(cells) != len(header):
            raise _refused(f"line {line} has {len(cells)} cells where the first line has {len(header)}")
        values = dict.fromkeys(columns, "") | dict(zip(header, map(plain_cell, cells), strict=True))
        yield Row(line, values)


def _refused(what: str) -> Refusal:
    return Refusal(INVALID_INPUT, "Each error names the place and what is wrong there.", errors=[Pointer("/csv", what)])
