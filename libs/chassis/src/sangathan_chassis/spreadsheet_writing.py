"""Writes XLSX files: every cell is a text, so that no spreadsheet program takes one for a formula or a number."""

import io
import re
from collections.abc import Iterable, Sequence
from typing import Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET_START: Final = f'<worksheet xmlns="{_MAIN}"><sheetData>'
SHEET_END: Final = "</sheetData></worksheet>"
_CONTENT: Final = (
    f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
    '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
    f'"application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{{types}}</Types>'
)
_ROOT: Final = (
    f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
    f' Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
# What reads as an escape is escaped itself; a line end that XML would change is one.
_ESCAPES: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STAMP: Final = (1980, 1, 1, 0, 0, 0)

Cell = str | None


def write_workbook(sheets: Sequence[tuple[str, Iterable[Sequence[Cell]]]]) -> bytes:
    """The file; ``sheets`` are names (31 letters at most, none of ``[]:*?/\\``) with their rows. The same in, the same
    bytes out. Raises ValueError for a text that XML cannot hold.
    """
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as file:
        for path, text in frame([name for name, _ in sheets]):
            file.writestr(entry(path), HEAD + text)
        for number, (_, rows) in enumerate(sheets, start=1):
            file.writestr(entry(f"xl/worksheets/sheet{number}.xml"), HEAD + _sheet(rows))
    return out.getvalue()


def frame(names: Sequence[str]) -> list[tuple[str, str]]:
    """What stands around the sheets in the file: paths with their texts."""
    numbers = range(1, len(names) + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in numbers
    )
    tabs = "".join(
        f'<sheet name="{_text(name, {chr(34): "&quot;"})}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in enumerate(names, start=1)
    )
    targets = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    return [
        ("[Content_Types].xml", _CONTENT.format(types=types)),
        ("_rels/.rels", _ROOT),
        ("xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{tabs}</sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{targets}</Relationships>'),
    ]


def entry(path: str) -> ZipInfo:
    """A part of the file, which bears no time."""
    part = ZipInfo(path, _STAMP)
    part.compress_type = ZIP_DEFLATED
    return part


def _sheet(rows: Iterable[Sequence[Cell]]) -> str:
    lines = "".join(row(cells, n) for n, cells in enumerate(rows, start=1))
    return SHEET_START + lines + SHEET_END


def row(cells: Sequence[Cell], line: int) -> str:
    """A row of a sheet, the lines counted from 1; raises ValueError for a text that XML cannot hold."""
    return f'<row r="{line}">{"".join(_cells(cells, line))}</row>'


def _cells(row: Sequence[Cell], line: int) -> Iterable[str]:
    for column, cell in enumerate(row, start=1):
        if cell:
            place = f"{_letters(column)}{line}"
            yield f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>'


def _letters(column: int) -> str:
    name = ""
    while column:
        column, digit = divmod(column - 1, 26)
        name = chr(65 + digit) + name
    return name


def _text(cell: str, more: dict[str, str] | None = None) -> str:
    if _NOT_XML.search(cell):
        msg = "a text with control characters fits into no sheet"
        raise ValueError(msg)
    return escape(_ESCAPES.sub("_x005F_", cell), {"\r": "_x000D_", **(more or {})})
