"""Whatever file somebody sends as a list, it is read or refused in words, and every row ends in one of four ways."""

import time
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangathan_chassis.refusal import Refusal
from sangathan_registry.api.phones import read_phone
from sangathan_registry.commands.import_file import FONTS, OpenFile, days_first, find_out, open_file
from sangathan_registry.domain.import_fields import FIELDS
from sangathan_registry.domain.import_rows import Reading, RowReader
from sangathan_registry.domain.import_units import KnownUnit, UnitIndex

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
