"""Spreadsheets from outside: what programs write is read as meant, and what is made to harm ends in one refusal."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangathan_chassis.refusal import Refusal
from sangathan_chassis.spreadsheet_writing import write_workbook
from sangathan_chassis.spreadsheets import (
    SHEET_NOT_READ,
    Limits,
    plain_cell,
    read_rows,
    read_table,
    read_workbook,
    safe_cell,
    write_csv,
)

LIMITS = Limits(file=300_000, unpacked=3_000_000, rows=50, columns=10, letters=200, sheets=3)
MORNING = datetime(2022, 1, 20, 9, 30)  # noqa: DTZ001 - a sheet knows no time zone.
HEADER = ("phone", "booth")
COLUMNS = {"phone": True, "booth": True, "until": False}
# All that a sheet can hold; a carriage return is one of them only as an escape.
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40)
XML = (
    '<row> <row/> </row> <c> <c\nt="s"> <c\nr="B2"\ns="9"\nt="inlineStr"> </c> <v> </v> <t> </t> <si> </si> <is>'
    " </is> <f> </f> <rPh> </rPh> 1 x 0 <xf/> &amp; <sheet/> <numFmt/> <cellXfs> </cellXfs>"
)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=8)


def an_xlsx(*rows: list[Any], change: Callable[[Any], None] = lambda _: None) -> bytes:
    """What another program would have written."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]  # A new workbook has a sheet.
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(data: bytes, path: str, content: str | bytes) -> bytes:
    """The file with one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != path:
                new.writestr(name, old.read(name))
        new.writestr(path, content)
    return out.getvalue()


def a_sheet(inner: str) -> bytes:
    """A file whose first sheet has this inside."""
    return with_part(write_workbook([("a", [["x"]])]), "xl/worksheets/sheet1.xml", f"<worksheet>{inner}</worksheet>")


def sharing(texts: str, inner: str = "") -> bytes:
    """A file whose cells share texts, as most programs write them."""
    data = a_sheet(inner)
    rels = zipfile.ZipFile(io.BytesIO(data)).read("xl/_rels/workbook.xml.rels").decode()
    more = '<Relationship Id="rId9" Type="x/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>'
    data = with_part(data, "xl/_rels/workbook.xml.rels", rels.replace("</Relationships>", more))
    return with_part(data, "xl/sharedStrings.xml", f"<sst>{texts}</sst>")


def cells(data: bytes, limits: Limits = LIMITS) -> list[list[str]]:
    return [list(row.cells) for row in read_rows(data, limits)]


def refusal(data: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(Refusal) as refused:
        read_rows(data, limits)
    assert refused.value.type is SHEET_NOT_READ
    return refused.value.detail


def ends_well(data: bytes) -> bool:
    """Whether it is read, or refused as a sheet is refused."""
    try:
        read_rows(data, LIMITS)
    except Refusal as refused:
        return refused.type is SHEET_NOT_READ
    return True


def test_what_a_spreadsheet_program_writes_is_read_as_it_is_shown() -> None:
    data = an_xlsx(
        ["नाम", 9876543210, 1.5, 0.1 + 0.2, True, None, date(2022, 1, 20), MORNING],
        [time(10, 30), 1e-7, -3, 1234567890123, "00171", "=1+1 is no formula"[1:]],
    )
    assert cells(data) == [
        ["नाम", "9876543210", "1.5", "0.3", "true", "", "2022-01-20", "2022-01-20T09:30:00"],
        ["10:30:00", "0.0000001", "-3", "1234567890123", "00171", "1+1 is no formula"],
    ]


def test_days_of_both_calendars_and_formats_of_ones_own_are_days() -> None:
    def change(book: Any) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904  # type: ignore[attr-defined]  # Missing in the stubs.
        book.active["A1"].number_format = '[$-4009]dd" of "mmm yyyy'
        book.active["B1"].number_format = '"days" 0.00;[Red]-0'

    assert cells(an_xlsx([date(2022, 1, 20), 7], change=change)) == [["2022-01-20", "7"]]


def test_rows_keep_their_lines_and_empty_ones_are_left_out() -> None:
    rows = read_rows(an_xlsx(["a"], [None], [None], ["b"]), LIMITS)
    assert [(row.line, row.cells) for row in rows] == [(1, ("a",)), (4, ("b",))]
    assert [row.line for row in read_rows(b"a,b\n\n,\nc,d\n", LIMITS)] == [1, 4]


def test_every_sheet_has_its_name_and_hidden_ones_are_read_too() -> None:
    def change(book: Any) -> None:
        book.create_sheet("विकल्प").append(["x"])
        book.worksheets[1].sheet_state = "hidden"

    sheets = read_workbook(an_xlsx(["a"], change=change), LIMITS)
    assert [(sheet.name, [row.cells for row in sheet.rows]) for sheet in sheets] == [
        ("Sheet", [("a",)]),
        ("विकल्प", [("x",)]),
    ]


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_what_is_written_is_read_again_here_and_by_another_program(rows: list[list[str]]) -> None:
    data = write_workbook([("survey", rows)])
    full = [list(row) for row in rows if any(row)]
    for row in full:
        while not row[-1]:
            row.pop()
    assert cells(data) == full
    read = openpyxl.load_workbook(io.BytesIO(data), read_only=True).worksheets[0]
    theirs = [[openpyxl.utils.escape.unescape(cell or "") for cell in row] for row in read.iter_rows(values_only=True)]  # type: ignore[attr-defined]  # Stubs.
    assert [row[: len(one)] for row, one in zip([row for row in theirs if any(row)], full, strict=True)] == full


def test_line_ends_and_what_looks_like_an_escape_come_through() -> None:
    texts = ["a\r\nb", "_x000D_", "_x005F_x000D_", "\t", " both "]
    assert cells(write_workbook([("a", [texts])])) == [texts]
    assert cells(a_sheet('<row><c t="inlineStr"><is><t>_x0000__xD800_</t></is></c></row>')) == [["_x0000__xD800_"]]
    with pytest.raises(ValueError, match="control"):
        write_workbook([("a", [["\x00"]])])


def test_runs_of_a_text_are_one_and_hints_at_its_sound_are_none_of_it() -> None:
    runs = "<is><r><t>ना</t></r><r><t>म</t></r><rPh><t>nam</t></rPh></is>"
    assert cells(a_sheet(f'<row><c t="inlineStr">{runs}</c></row>')) == [["नाम"]]


def test_the_result_of_a_formula_is_taken_and_nothing_is_evaluated() -> None:
    assert cells(a_sheet('<row><c t="str"><f>"a"&amp;"b"</f><v>ab</v></c><c><f>1+1</f><v>2</v></c></row>')) == [
        ["ab", "2"]
    ]
    assert cells(a_sheet('<row><c t="str"><f>""</f><v></v></c><c><v>1</v></c></row>')) == [["", "1"]]
    assert "values" in refusal(an_xlsx(["=1+1"]))


def test_a_table_is_read_by_its_first_row_from_either_kind_of_file() -> None:
    csv = write_csv(HEADER, [["+91 60000 00001", "b0171"], ["=1+1", " क\u093c "]])
    for data in (
        csv.encode(),
        write_workbook([("a", [["phone ", "booth"], ["+91 60000 00001", "b0171"], ["=1+1", " क\u093c "]])]),
    ):
        rows = read_table(data, COLUMNS, LIMITS)
        assert [(row.line, row.values) for row in rows] == [
            (2, {"phone": "+91 60000 00001", "booth": "b0171", "until": ""}),
            (3, {"phone": "=1+1", "booth": "क़", "until": ""}),
        ]


@pytest.mark.parametrize("header", ["phone", "phone,booth,booth", "phone,booth,name", "", "phone,,booth"])
def test_a_first_row_that_names_other_columns_is_refused(header: str) -> None:
    with pytest.raises(Refusal, match="sheet-not-read") as refused:
        read_table(f"{header}\n1,2\n".encode(), COLUMNS, LIMITS)
    assert "phone, booth, until" in refused.value.detail


def test_a_cell_without_a_column_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        read_table(b"phone,booth\n1,2,3\n", COLUMNS, LIMITS)
    assert "Line 2" in refused.value.detail


@given(st.text(max_size=20).map(str.strip))
def test_a_quote_before_a_formula_is_taken_off_again(text: str) -> None:
    assert not safe_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert plain_cell(safe_cell(text)) == plain_cell(text)


def test_too_much_of_anything_is_refused_with_what_would_be_accepted() -> None:
    many = [["x"]] * 52
    assert "50 rows" in refusal(write_workbook([("a", many)]))
    assert "50 rows" in refusal(b"x\n" * 52)
    assert "10 columns" in refusal(write_workbook([("a", [[""] * 10 + ["x"]])]))
    assert "10 columns" in refusal(b"x," * 1_000)
    assert "10 columns" in refusal(a_sheet('<row r="1"><c r="AAAA1" t="b"><v>1</v></c></row>'))
    assert "200 letters" in refusal(write_workbook([("a", [["x" * 201]])]))
    assert "200 letters" in refusal(b"x" * 201)
    assert "3 sheets" in refusal(write_workbook([(f"{n}", []) for n in range(4)]))
    assert "300,000 bytes" in refusal(b"x" * 300_001)


def test_a_million_columns_cost_no_memory() -> None:
    wide = "".join(f'<c r="A{n}"/>' for n in range(1, 50_000))
    assert cells(a_sheet(f"<row>{wide}</row>")) == []
    assert "10 columns" in refusal(a_sheet(f"<row>{'<c><v>1</v></c>' * 100_000}</row>"))


def test_a_bomb_is_refused_by_what_it_says_and_by_what_it_is() -> None:
    bomb = with_part(write_workbook([("a", [])]), "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 4_000_000)
    assert len(bomb) < LIMITS.file
    assert "3,000,000 bytes" in refusal(bomb)
    said = (4_000_011).to_bytes(4, "little")
    assert bomb.count(said) == 2
    refusal(bomb.replace(said, (11).to_bytes(4, "little")))


def test_one_text_used_again_and_again_counts_each_time() -> None:
    row = "<row>" + '<c t="s"><v>1</v></c>' * 10 + "</row>"
    data = sharing(f"<si><t>y</t></si><si><t>{'x' * 150}</t></si>", row * 50)
    assert cells(data) == [["x" * 150] * 10] * 50
    assert "too much text" in refusal(data, Limits(unpacked=40_000))


def test_huge_shared_texts_are_refused() -> None:
    assert "200 letters" in refusal(sharing(f"<si><t>{'y' * 5_000}</t></si>"))
    assert "more texts" in refusal(sharing("<si/>" * 5_000))


@pytest.mark.parametrize(
    "evil",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><worksheet>&e;</worksheet>',
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><worksheet/>',
    ],
)
def test_no_entity_is_expanded_or_fetched(evil: str) -> None:
    assert "DOCTYPE" in refusal(with_part(an_xlsx(["x"]), "xl/worksheets/sheet1.xml", evil))


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04",
        b"PK\x03\x04" + b"\xff" * 500,
        b"\xd0\xcf\x11\xe0" + b"\x00" * 500,
        "नाम".encode("utf-16"),
        b"\xff\xfe\x00",
        b"a\x00b",
        b'"a',
        write_workbook([("a", [["x"]])])[:-30],
        with_part(write_workbook([("a", [["x"]])]), "xl/worksheets/sheet1.xml", b"<worksheet>\xff"),
        with_part(
            write_workbook([("a", [["x"]])]), "xl/worksheets/sheet1.xml", b'<?xml version="1.0" encoding="x"?><a/>'
        ),
        with_part(write_workbook([("a", [["x"]])]), "xl/_rels/workbook.xml.rels", b"<Relationships/>"),
        with_part(write_workbook([("a", [["x"]])]), "_rels/.rels", b"<Relationships/>"),
        a_sheet('<row><c t="s"><v>7</v></c></row>'),
        a_sheet('<row><c t="s"><v>-1</v></c></row>'),
        a_sheet("<row><c><v>many</v></c></row>"),
        a_sheet("<row><c><v>nan</v></c></row>"),
        a_sheet("<row><c><v>1e999</v></c></row>"),
    ],
)
def test_what_is_broken_is_refused_in_a_sentence(data: bytes) -> None:
    assert refusal(data).endswith(".")


def test_a_part_that_points_outside_the_file_is_not_followed() -> None:
    target = '<Relationship Id="rId1" Type="x/worksheet" Target="../../../etc/hostname"{}/>'
    for mode in ("", ' TargetMode="External"'):
        rels = f"<Relationships>{target.format(mode)}</Relationships>"
        assert "whole .xlsx" in refusal(with_part(an_xlsx(["x"]), "xl/_rels/workbook.xml.rels", rels))


SAMPLE = sharing("<si><t>नाम</t></si>", '<row><c t="s"><v>0</v></c><c><v>1</v></c></row>')


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_bytes_come_are_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=30))
    assert ends_well(bytes(whole))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"]), st.data()
)
def test_whatever_xml_stands_in_a_part_is_read_or_refused(part: str, data: st.DataObject) -> None:
    pieces = st.sampled_from(XML.split(" "))
    inner = "".join(data.draw(st.lists(pieces, max_size=12)))
    assert ends_well(with_part(SAMPLE, part, f"<a>{inner}</a>"))
