"""Whatever file somebody sends as a list, it is read or refused in words, and every row ends in one of four ways."""

import io
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangathan_chassis.refusal import Refusal
from sangathan_chassis.spreadsheet_writing import write_workbook
from sangathan_registry.api.phones import read_phone
from sangathan_registry.commands.import_file import FONTS, OpenFile, days_first, find_out, open_file
from sangathan_registry.domain.import_faults import Reason
from sangathan_registry.domain.import_fields import FIELDS
from sangathan_registry.domain.import_rows import Reading, RowReader
from sangathan_registry.domain.import_units import KnownUnit, UnitIndex
from sangathan_registry.domain.imports import MOST_COLUMNS

NOW: Final = datetime(2022, 1, 20, tzinfo=UTC)
NIL: Final = UUID(int=0)
HEADERS: Final = st.sampled_from(["नाम", "name", "uke", "मोबाइल", "बूथ", "जन्म तिथि", "age", "पिता/पति", "=x", "", "नाम"])
ODD: Final = st.sampled_from(
    [
        "=HYPERLINK(1)",
        "+91",
        "-1",
        "@x",
        "'=x",
        "\u202eabc",
        "\u200f",
        "\x00",
        "9.8E+09",
        "१२/१३/१४",
        "f",
        "Z",
        "\ufeff",
        '"',
    ]
)
CELLS: Final = st.one_of(ODD, st.text(max_size=40), st.sampled_from(["रमेश", "jkes'k", "6000000001", "15/08/1975"]))
TABLES: Final = st.lists(st.lists(st.one_of(HEADERS, CELLS), max_size=8), max_size=8)
ENCODINGS: Final = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
LINE_ENDS: Final = st.sampled_from(["\n", "\r\n", "\r", "\n\r"])


def worked(file: OpenFile) -> None:
    """Everything that a trial does with a file, but for the database."""
    found = find_out(file, read_phone)
    days_first(file, file.headers)
    every = dict(zip(file.headers, FIELDS, strict=False))
    for mapping in (found.mapping, every):
        reader = RowReader(Reading(file.headers, mapping, file.headers[:2]), FONTS, read_phone)
        index = UnitIndex("in.", [KnownUnit(NIL, "in.", "nation", ("भारत", "India"))])
        for line, row in file.rows:
            read = reader.read(line, row, NOW)
            index.find(read.units)
            assert all(fault.en and fault.hi for fault in read.faults)
            assert read.faults or read.particulars.name_hi or read.particulars.name_en


def tried(data: bytes) -> None:
    """Reads the file, or is refused in words that a person can read."""
    said = ""
    try:
        worked(open_file(data))
    except Refusal as refusal:
        said = refusal.detail
    assert said == "" or (said.endswith(".") and said.isprintable())


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    tried(data)


@settings(max_examples=150, deadline=None)
@given(TABLES, ENCODINGS, st.sampled_from([",", ";", "\t"]), LINE_ENDS, st.sampled_from(["", '"']))
def test_any_table_in_any_encoding(  # noqa: PLR0917 - one argument for each thing that varies.
    table: list[list[str]], encoding: str, delimiter: str, line_end: str, quote: str
) -> None:
    cells = [[f"{quote}{cell.replace(quote, quote * 2) if quote else cell}{quote}" for cell in row] for row in table]
    text = line_end.join(map(delimiter.join, cells))
    tried(text.encode(encoding, "ignore"))


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), CELLS, min_size=1))
def test_any_cell_in_any_field(row: dict[str, str]) -> None:
    reader = RowReader(Reading(list(row), {name: name for name in row}), FONTS, read_phone)
    reader.read(2, list(row.values()), NOW)


def a_workbook(*rows: str) -> bytes:
    """A workbook whose one sheet has these rows, each as XML."""
    out, name = io.BytesIO(), "xl/worksheets/sheet1.xml"
    with ZipFile(io.BytesIO(write_workbook([("a", [["x"]])]))) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, f"<worksheet><sheetData>{''.join(rows)}</sheetData></worksheet>")
    return out.getvalue()


def as_xml(cells: Sequence[str]) -> str:
    inner = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' if cell else "<c/>" for cell in cells)
    return f"<row>{inner}</row>"


NAMED: Final = ("नाम", "मोबाइल", "जन्म वर्ष")
RAMESH, SITA = ("रमेश नमूना", "6000000001", "1980"), ("सीता नमूना", "6000000002", "1981")


def with_a_wide_row(kind: str) -> bytes:
    """A list of three, of whom one has something in the millionth column."""
    if kind == "far-cell":
        return a_workbook(*map(as_xml, (NAMED, RAMESH, SITA)), '<row><c r="ZZZZ4"><v>1</v></c></row>')
    rows = (NAMED, RAMESH, (*SITA, *[""] * 900_000, *["x"] * 100_000), SITA)
    if kind == "workbook":
        return a_workbook(*map(as_xml, rows))
    separator, encoding = (",", "utf-8") if kind == "csv" else ("\t", "utf-16")
    return "\n".join(map(separator.join, rows)).encode(encoding)


@pytest.mark.parametrize("kind", ["csv", "tabs", "workbook", "far-cell"])
def test_a_row_of_a_million_columns_is_rejected_alone_and_no_more_of_it_kept_than_columns_can_be(kind: str) -> None:
    file = open_file(with_a_wide_row(kind))
    assert max(len(row) for _, row in file.rows) == MOST_COLUMNS + 1
    reader = RowReader(Reading(file.headers, find_out(file, read_phone).mapping), FONTS, read_phone)
    found = [Reason.TOO_WIDE in [one.reason for one in reader.read(line, row, NOW).faults] for line, row in file.rows]
    assert sorted(found) == [False, False, True]


@pytest.mark.parametrize("beyond", ["," * 1_000_000, ", " * 300, "," * 300 + "\t"])
def test_columns_in_which_nothing_stands_are_none(beyond: str) -> None:
    file = open_file(f"नाम,जन्म वर्ष{beyond}\nरमेश नमूना,1980{beyond}\n".encode())
    [(line, row)] = file.rows
    reader = RowReader(Reading(file.headers, find_out(file, read_phone).mapping), FONTS, read_phone)
    assert (file.headers, reader.read(line, row, NOW).faults) == (["नाम", "जन्म वर्ष"], [])


@pytest.mark.parametrize("shape", ["names", "title", "workbook"])
def test_a_list_that_names_more_columns_than_are_read_is_refused(shape: str) -> None:
    wide = [f"c{n}" for n in range(MOST_COLUMNS + 1)]
    data = {
        "names": f"{','.join(wide)}\n1\n".encode(),
        "title": f"name,phone,{','.join(wide)}\n1\n".encode(),
        "workbook": a_workbook(as_xml(wide), as_xml(["1"])),
    }[shape]
    with pytest.raises(Refusal) as refused:
        open_file(data)
    assert "200 columns; line 1, which names them, has more" in refused.value.detail


def test_a_million_columns_are_refused_before_anything_is_made_of_them() -> None:
    begun = time.monotonic()
    tried(b"a," * 1_000_000 + b"\n" + b"1," * 1_000_000)
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_broken_byte_breaks_its_row_and_no_other(mark: str) -> None:
    rows = [f"रमेश नमूना,{6_000_000_001 + n},1980" for n in range(3)]
    data = f"{mark}नाम,मोबाइल,जन्म वर्ष\n{chr(10).join(rows)}".encode()
    broken = "रमेश".encode()
    at = data.index(broken, data.index(broken) + 1)
    file = open_file(data[:at] + b"\xff" + data[at:])
    reader = RowReader(Reading(file.headers, find_out(file, read_phone).mapping), FONTS, read_phone)
    wrong = [[fault.column for fault in reader.read(line, row, NOW).faults] for line, row in file.rows]
    assert wrong == [[], ["नाम"], []]


def test_a_line_that_never_ends_is_refused() -> None:
    tried(b'name\n"' + b"x" * 7_000_000)
    tried(b"x" * 7_000_000)
