"""A workbook that is written while it is sent reads as one that was written at once."""

import io

import openpyxl
import pytest

from sangathan_chassis.spreadsheet_streaming import WorkbookStream


def test_sheets_come_one_after_the_other_and_memory_is_given_back_on_the_way() -> None:
    book, pieces = WorkbookStream(), []
    for sheet in ("first", "second"):
        book.begin_sheet(sheet)
        for start in range(0, 30_000, 1_000):
            book.add([[f"रमेश {start + n}", "=1+1", None] for n in range(1_000)])
            pieces.append(book.take())
    book.close()
    pieces.append(book.take())
    assert max(map(len, pieces)) < 300_000
    read = openpyxl.load_workbook(io.BytesIO(b"".join(pieces)), read_only=True)
    assert read.sheetnames == ["first", "second"]
    for written in read.worksheets:
        rows = list(written.values)
        assert (len(rows), rows[-1][:2]) == (30_000, ("रमेश 29999", "=1+1"))


def test_a_text_that_xml_cannot_hold_is_refused() -> None:
    book = WorkbookStream()
    book.begin_sheet("sheet")
    with pytest.raises(ValueError, match="control"):
        book.add([["a\x00b"]])
