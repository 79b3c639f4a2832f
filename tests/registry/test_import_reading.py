"""A list is read as its office wrote it: in any encoding, both scripts, old fonts, Indian days, numbers and units."""

from datetime import UTC, date, datetime
from typing import Final
from uuid import uuid4

import pytest

from sangathan_chassis.refusal import Refusal
from sangathan_registry.api.phones import read_phone
from sangathan_registry.commands.import_file import FONTS, find_out, open_file
from sangathan_registry.domain import import_cells as cells
from sangathan_registry.domain.import_faults import ACCEPTED_HI, Fault, Reason, invalid
from sangathan_registry.domain.import_fields import FIELDS, LEVELS, header_key, propose
from sangathan_registry.domain.import_rows import Reading, ReadRow, RowReader
from sangathan_registry.domain.import_units import KnownUnit, UnitIndex, UnitWords

NOW: Final = datetime(2022, 1, 20, tzinfo=UTC)
TEXT: Final = "नाम,मोबाइल\nरमेश नमूना,6000000001\n"


def read(row: dict[str, str], mapping: dict[str, str] | None = None, **how: object) -> ReadRow:
    """One row, whose columns are called as their fields unless a mapping says otherwise."""
    reading = Reading(list(row), mapping or {name: name for name in row}, **how)  # type: ignore[arg-type]
    return RowReader(reading, FONTS, read_phone).read(2, list(row.values()), NOW)


@pytest.mark.parametrize(
    ("data", "encoding", "delimiter"),
    [
        (TEXT.encode(), "utf-8", ","),
        (TEXT.encode("utf-8-sig"), "utf-8-sig", ","),
        (TEXT.replace(",", ";").encode(), "utf-8", ";"),
        (TEXT.replace(",", "\t").encode("utf-16"), "utf-16", "\t"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16", ","),
        (TEXT.replace("\n", "\r\n").encode(), "utf-8", ","),
        (TEXT.replace("\n", "\r").encode(), "utf-8", ","),
    ],
)
def test_whatever_encoding_and_delimiter_a_list_has_it_is_the_same_list(
    data: bytes, encoding: str, delimiter: str
) -> None:
    file = open_file(data)
    assert (file.encoding, file.delimiter) == (encoding, delimiter)
    assert (file.headers, file.rows) == (["नाम", "मोबाइल"], [(2, ["रमेश नमूना", "6000000001"])])


def test_what_has_no_mark_and_is_not_utf8_is_windows_1252_or_utf16() -> None:
    english = "name,phone\nRené Namuna,6000000001\n"
    assert open_file(english.encode("cp1252")).rows[0][1][0] == "René Namuna"
    assert open_file(english.encode("utf-16-le")).rows[0][1][0] == "René Namuna"
    assert open_file(b"name\nA\x81B\n").rows[0][1][0] == "A\x81B"


def test_headers_that_stand_twice_or_not_at_all_are_told_apart() -> None:
    assert open_file(b"a,,a,a\n1,2,3,4\n").headers == ["a", "#2", "a (2)", "a (3)"]


def test_titles_above_the_headers_are_passed_over() -> None:
    file = open_file("जिला नमूना\n,,\nक्र,उनका नाम,मोबाइल\n1,रमेश,6000000001\n".encode())
    assert (file.headers, file.rows) == (["क्र", "उनका नाम", "मोबाइल"], [(4, ["1", "रमेश", "6000000001"])])


def test_cells_over_several_lines_keep_the_line_they_begin_at() -> None:
    assert [line for line, _ in open_file(b'a,b\n"x\ny",1\n\nz,2\n').rows] == [2, 5]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b" , \n1,2\n", "names the columns"),
        (b'a,b\n"1,2\n', "Line 2 is not CSV"),
        (b"a\x00b,c\n1,2\n", "no text"),
        (b"\xef\xbb\xbf\xff\xff", "not; save it"),
        (b"\xff\xfea", "not; save it"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b"x" * 7_000_001, "7,000,000 bytes"),
        (b"a," * 1_000_000, "200 columns; line 1, which names them, has more"),
        (b"a\n" + b"1\n" * 50_001, "50,000 rows"),
        (b"a\n" + b"x" * 2_001, "2,000 letters"),
        (b'a\n"' + b"x" * 200_000 + b'"\n', "not CSV"),
    ],
)
def test_what_cannot_be_read_says_what_would_be(data: bytes, says: str) -> None:
    with pytest.raises(Refusal) as refused:
        open_file(data)
    assert says in refused.value.detail


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("उनका नाम", "name"),
        ("कार्यकर्ता का नाम ", "name"),
        ("Mobile No.", "phone"),
        ("मोबाइल नं.", "phone"),
        ("Father's Name", "father_name"),
        ("पिता/पति का नाम", "relation"),
        ("जन्म-तिथि", "birth_date"),
        ("D.O.B.", "birth_date"),
        ("आयु (वर्ष)", "age"),
        ("बूथ क्रमांक", "unit.booth"),
        ("मण्डल", "unit.mandal"),
        ("ज़िला", "unit.district"),
        ("दायित्व", "office"),
    ],
)
def test_headers_are_known_in_hindi_and_english(header: str, field: str) -> None:
    assert propose([header]) == {header: field}


def test_a_field_is_proposed_for_one_column_alone_and_every_word_for_one_field() -> None:
    assert propose(["नाम", "Name", "reason", "क्र"]) == {"नाम": "name"}
    words = [{header_key(word) for word in every} for every in (*FIELDS.values(), *LEVELS.values())]
    assert sum(map(len, words)) == len(set.union(*words))


def test_a_list_in_kruti_dev_is_found_out_with_its_headers() -> None:
    data = "uke,firk dk uke,eksckbZy\njes'k uewuk,Jh jke uewuk,6000000001\nlhrk uewuk,iwoZt uewuk,6000000002\n"
    found = find_out(open_file(data.encode("cp1252")), read_phone)
    assert found.kruti_dev == ["uke", "firk dk uke"]
    assert found.mapping == {"uke": "name", "firk dk uke": "father_name", "eksckbZy": "phone"}


@pytest.mark.parametrize(
    ("list_", "names"),
    [
        ("नाम,Name\nरमेश नमूना,\n,Sita Namuna\n", {"नाम": "name_hi", "Name": "name_en"}),
        ("Name,नाम,पिता का नाम\nRamesh Namuna,रमेश नमूना,\n", {"Name": "name_en", "नाम": "name_hi"}),
        ("Name,uke\nRamesh Namuna,jes'k uewuk\nSita Namuna,lhrk uewuk\n", {"Name": "name_en", "uke": "name_hi"}),
        ("नाम,Name\nरमेश नमूना,सीता नमूना\n", {"नाम": "name"}),
        ("नाम,Name,Full name\nरमेश नमूना,Ramesh,Ramesh Namuna\n", {"नाम": "name"}),
        ("नाम,Name,English name\nरमेश नमूना,Ramesh,Ramesh Namuna\n", {"नाम": "name", "English name": "name_en"}),
    ],
)
def test_the_same_names_in_two_columns_go_each_to_the_field_of_its_script(list_: str, names: dict[str, str]) -> None:
    found = find_out(open_file(list_.encode()), read_phone)
    assert {header: field for header, field in found.mapping.items() if field.startswith("name")} == names


def test_mobile_numbers_are_found_under_whatever_header() -> None:
    found = find_out(open_file("नाम,कुछ\nरमेश,६०००००००१०\nसीता,6000000002\n".encode()), read_phone)
    assert found.mapping["कुछ"] == "phone"
    assert found.traits["कुछ"] == ["hindi-digits", "mobile-numbers"]


def test_a_row_is_read_as_it_was_meant() -> None:
    row = read(
        {
            "name": "  रमेश   नमूना ",
            "name_en": "Ramesh Namuna",
            "relation": "S/o श्री पूर्वज नमूना",
            "gender": "पुरुष",
            "birth_date": "१५/०८/१९७५",
            "phone": "+91 60000-00001 / 6000000002",
            "unit.booth": "बूथ १७१",
            "office": "बूथ अध्यक्ष",
            "office_from": "1.4.2020",
            "own_id": "A-12",
        }
    )
    who = row.particulars
    assert row.faults == []
    assert (who.name_hi, who.name_en, who.relation_type) == ("रमेश नमूना", "Ramesh Namuna", "father")
    assert (who.relation_name, who.gender, who.birth_year) == ("श्री पूर्वज नमूना", "male", 1975)
    assert who.phone == "+916000000001"
    assert row.units == [UnitWords("unit.booth", "booth", "बूथ 171")]
    assert row.office is not None
    assert (row.office.begins, row.own_id) == ("2020-04-01", "A-12")


def test_address_pin_voters_card_and_age_band_come_along() -> None:
    row = read(
        {
            "name": "रमेश",
            "age_band": "३५ – ४४",
            "address": "मकान 12, नमूना टोला",
            "pin": "४७०६६१.0",
            "epic": "abc 1234566",
        }
    )
    who = row.particulars
    assert row.faults == []
    assert (who.age_band, who.address, who.pin, who.epic) == ("35-44", "मकान 12, नमूना टोला", "470661", "ABC1234566")
    assert read({"name": "रमेश", "age_band": "35-44", "age": "40"}).particulars.age_band is None
    faults = read({"name": "रमेश", "age_band": "30-40", "pin": "0123", "epic": "?", "address": "\u202e"}).faults
    assert {fault.column for fault in faults} == {"age_band", "pin", "epic", "address"}


def test_a_name_stands_in_the_field_of_its_script() -> None:
    who = read({"name_hi": "Ramesh", "name_en": "रमेश", "birth_year": "1980"}).particulars
    assert (who.name_hi, who.name_en) == ("रमेश", "Ramesh")


def test_a_column_in_kruti_dev_is_read_where_it_is_not_unicode_already() -> None:
    row = {"uke": "jes'k uewuk", "tUe": "1980"}
    mapping = {"uke": "name", "tUe": "birth_year"}
    assert read(row, mapping, kruti_dev=["uke"]).particulars.name_hi == "रमेश नमूना"
    assert read(row | {"uke": "सीता"}, mapping, kruti_dev=["uke"]).particulars.name_hi == "सीता"


def test_a_name_that_looks_typed_in_an_old_font_does_not_come_in_as_english() -> None:
    row = {"name": "jes'k uewuk", "birth_year": "1980"}
    assert [(fault.column, fault.reason) for fault in read(row, watches_fonts=True).faults] == [
        ("name", Reason.OLD_FONT)
    ]
    assert read(row, watches_fonts=False).faults == []
    assert read(row | {"name": "Ramesh Namuna"}, watches_fonts=True).faults == []


@pytest.mark.parametrize(
    ("cell", "year"),
    [("1980", 1980), ("1980.0", 1980), ("31-12-80", 1980), ("1980-12-31T00:00:00", 1980), ("१९८०", 1980)],
)
def test_a_birth_may_be_a_day_or_a_year(cell: str, year: int) -> None:
    assert read({"name": "रमेश", "birth_date": cell}).particulars.birth_year == year


def test_an_age_is_counted_from_today() -> None:
    assert read({"name": "रमेश", "age": "४२ वर्ष"}).particulars.birth_year == 1980


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"name": "रमेश 5", "birth_year": "1980"}, "name"),
        ({"name": "", "birth_year": "1980"}, "name"),
        ({"name": "रमेश", "birth_year": "2010"}, "birth_year"),
        ({"name": "रमेश", "age": "15"}, "age"),
        ({"name": "रमेश", "birth_date": "31/02/1980"}, "birth_date"),
        ({"name": "रमेश", "birth_year": "1980", "phone": "6E+09"}, "phone"),
        ({"name": "रमेश", "birth_year": "1980", "phone": "07554001234"}, "phone"),
        ({"name": "रमेश", "birth_year": "1980", "gender": "?"}, "gender"),
        ({"name": "रमेश\u0000", "birth_year": "1980"}, "name"),
        ({"name": "रमेश\u202e", "birth_year": "1980"}, "name"),
        ({"name": "=cmd|x", "birth_year": "1980"}, "name"),
        ({"name": "रमेश", "birth_year": "1980", "own_id": "9" * 81}, "own_id"),
    ],
)
def test_what_is_wrong_is_said_once_by_its_column_in_both_languages(row: dict[str, str], column: str) -> None:
    faults = read(row).faults
    assert [fault.column for fault in faults if fault.column == column] == [column]
    assert all(fault.hi and fault.en and not any(cell in fault.en for cell in row.values() if cell) for fault in faults)


def test_a_shortened_number_is_told_from_a_wrong_one() -> None:
    [fault] = read({"name": "रमेश", "birth_year": "1980", "phone": "6.00E+09"}).faults
    assert fault.reason is Reason.SHORTENED


def test_whose_name_it_is_is_not_guessed() -> None:
    row = {"name": "सीता", "birth_year": "1980", "relation": "रामलाल"}
    assert read(row).particulars.relation_name is None
    assert read(row, relation_unsaid="husband").particulars.relation_type == "husband"
    assert read(row | {"relation": "पति श्री रामलाल"}).particulars.relation_type == "husband"


def test_a_row_wider_than_its_headers_is_refused() -> None:
    reader = RowReader(Reading(["name", "birth_year"], {"name": "name", "birth_year": "birth_year"}), FONTS, read_phone)
    assert [f.reason for f in reader.read(2, ["रमेश", "1980", " ", "x"], NOW).faults] == [Reason.TOO_WIDE]
    assert reader.read(2, ["रमेश", "1980", ""], NOW).faults == []


@pytest.mark.parametrize(
    ("column", "first", "certain"),
    [
        (["01/02/1980"], True, False),
        (["31/01/1980", "01/02/1980"], True, True),
        (["01/31/1980"], False, True),
        (["31/01/1980", "01/31/1980"], True, False),
        ([], True, False),
    ],
)
def test_days_come_first_unless_the_column_shows_that_they_do_not(
    column: list[str],
    first: bool,  # noqa: FBT001 - a parameter of the test.
    certain: bool,  # noqa: FBT001
) -> None:
    assert cells.day_order(column) == cells.DayOrder(first, certain)


def test_a_year_of_two_digits_lies_in_the_past() -> None:
    order = cells.DayOrder(day_first=True, certain=True)
    assert cells.read_day("1/4/22", order, date(2022, 1, 20)) == date(2022, 4, 1)
    assert cells.read_day("1/4/23", order, date(2022, 1, 20)) == date(1923, 4, 1)


def a_unit(path: str, hindi: str, english: str) -> KnownUnit:
    levels = ("nation", "state", "district", "mandal", "booth")
    return KnownUnit(uuid4(), path, levels[path.count(".") - 1], (hindi, english))


UNITS: Final = [
    a_unit("in.", "भारत", "India"),
    a_unit("in.mp.", "मध्य प्रदेश", "Madhya Pradesh"),
    a_unit("in.mp.d07.", "सागर", "Sagar"),
    a_unit("in.mp.d07.m1.", "नगर", "Nagar"),
    a_unit("in.mp.d07.m1.b0171.", "बूथ 171", "Booth 171"),
    a_unit("in.mp.d07.m1.b0172.", "प्राथमिक शाला", "Primary School"),
    a_unit("in.mp.d07.m2.", "ग्रामीण", "Gramin"),
    a_unit("in.mp.d07.m2.b0171.", "बूथ 171", "Booth 171"),
    a_unit("in.mp.d08.", "दमोह", "Damoh"),
    a_unit("in.mp.d08.m1.", "नगर", "Nagar"),
]


def found(root: str, *words: tuple[str | None, str]) -> str | Fault:
    said = [UnitWords("इकाई", level, text) for level, text in words]
    unit = UnitIndex(root, UNITS).find(said)
    return unit if isinstance(unit, Fault) else unit.path


@pytest.mark.parametrize(
    ("root", "words", "path"),
    [
        ("in.mp.d07.", (), "in.mp.d07."),
        ("in.mp.", ((None, "in.mp.d07.m1.b0171"),), "in.mp.d07.m1.b0171."),
        ("in.mp.", ((None, "D07.M1."),), "in.mp.d07.m1."),
        ("in.mp.", ((None, "b0172"),), "in.mp.d07.m1.b0172."),
        ("in.mp.", (("district", "सागर"), ("mandal", "नगर"), ("booth", "171")), "in.mp.d07.m1.b0171."),
        ("in.mp.", (("booth", "0171"), ("mandal", "Gramin"), ("district", "SAGAR")), "in.mp.d07.m2.b0171."),
        ("in.mp.d07.m1.", (("district", "Sagar"), ("booth", "बूथ क्र. 172")), "in.mp.d07.m1.b0172."),
        ("in.mp.d07.", (("booth", "primary school"),), "in.mp.d07.m1.b0172."),
        ("in.mp.d07.", (("mandal", ""), ("booth", "primary school")), "in.mp.d07.m1.b0172."),
        ("in.mp.", (("booth", "in.mp.d07.m2.b0171."),), "in.mp.d07.m2.b0171."),
        ("in.mp.d07.", (("mandal", "नगर"), ("booth", "IN.mp.d07.m1.b0171")), "in.mp.d07.m1.b0171."),
        ("in.mp.d07.", (("booth", "m1.b0171"),), "in.mp.d07.m1.b0171."),
    ],
)
def test_a_unit_is_found_by_path_code_name_and_number(
    root: str, words: tuple[tuple[str | None, str], ...], path: str
) -> None:
    assert found(root, *words) == path


@pytest.mark.parametrize(
    "words", [(("mandal", "Gramin"), ("booth", "in.mp.d07.m1.b0171.")), (("mandal", "in.mp.d07.m1.b0171."),)]
)
def test_a_path_that_contradicts_the_other_columns_or_its_own_names_no_unit(
    words: tuple[tuple[str | None, str], ...],
) -> None:
    assert isinstance(found("in.mp.d07.", *words), Fault)


@pytest.mark.parametrize(
    ("root", "words", "says"),
    [
        ("in.mp.d07.", (("district", "दमोह"), ("mandal", "नगर")), "in.mp.d07."),
        ("in.mp.d07.", ((None, "in.mp.d08.m1."),), "in.mp.d07."),
        ("in.mp.d07.", (("booth", "171"),), "in.mp.d07.m2.b0171."),
        ("in.mp.", ((None, "b0171"),), "in.mp."),
        ("in.mp.", (("mandal", "Grameen"),), "Gramin"),
        ("in.mp.", (("mandal", ""),), "in.mp."),
        ("in.mp.", (("ward", "5"),), "in.mp."),
    ],
)
def test_a_unit_that_is_not_found_alone_says_what_would_be(
    root: str, words: tuple[tuple[str | None, str], ...], says: str
) -> None:
    fault = found(root, *words)
    assert isinstance(fault, Fault)
    assert (fault.reason, says in fault.en) == (Reason.UNIT_UNKNOWN, True)


@pytest.mark.parametrize("field", ACCEPTED_HI)
def test_what_is_wrong_with_a_cell_is_said_in_both_languages(field: str) -> None:
    fault = invalid("मोबाइल", field)
    assert len(fault.hi) > len("स्वीकार्य: ")
    assert len(fault.en) > len("takes ")
    assert "null" not in fault.en


def test_a_number_that_is_no_mobile_is_told_so_in_english_too() -> None:
    [fault] = read({"name_hi": "रमेश नमूना", "phone": "12345", "birth_year": "1970"}).faults
    assert fault.en == "takes an Indian mobile number of ten digits, with or without +91; or nothing"
