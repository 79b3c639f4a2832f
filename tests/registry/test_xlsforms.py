"""Forms as XLSForm: out and in again the same, understood by the standard's own tool, and every wrong row named."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

import jsonschema_rs
import msgspec
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert  # type: ignore[import-untyped]  # It ships no types.

from sangathan_chassis.spreadsheet_writing import write_workbook
from sangathan_chassis.spreadsheets import XLSX, Limits, read_workbook
from sangathan_registry.api.drive_schemas import DefinitionIn
from sangathan_registry.commands.check_answers import faulty_patterns, is_pattern
from sangathan_registry.domain.forms import examine_definition, schema_of_form
from sangathan_registry.domain.xlsform_columns import COLUMNS
from sangathan_registry.domain.xlsform_faults import SAYINGS
from sangathan_registry.domain.xlsform_reading import Judged, ReadForm, read_xlsform
from sangathan_registry.domain.xlsform_writing import write_xlsform
from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.test_drives import a_form

LEVELS: Final = ("booth", "mandal", "vidhan-sabha")
JUDGED: Final = Judged(LEVELS, is_pattern)
LIMITS: Final = Limits(letters=100_000)
HINDI, ENGLISH = "label::हिन्दी (hi)", "label::English (en)"
SETTINGS: Final = [["form_title", "title_hi"], ["Drive", "अभियान"]]
CHOICES: Final = [
    ["list_name", "name", HINDI, ENGLISH],
    ["degree", "school", "विद्यालय", "School"],
    ["degree", "graduate", "स्नातक", "Graduate"],
]
HEADER: Final = ["type", "name", HINDI, ENGLISH, "required", "primary_at", "relevant", "constraint", "topic", "hint"]
FIRST: Final = ["select_one degree", "education", "शिक्षा", "Education"]

LINE = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=12,
)
LABELS = st.fixed_dictionaries({"hi": LINE.filter(str.strip), "en": LINE.filter(str.strip)})
IDS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
PATTERNS = st.sampled_from(["[0-9]{6}", "it's", 'say "x"', """both ' and "''""", r"\p{L}+ and \d", "a|b"])


@st.composite
def choices(draw: st.DrawFn) -> list[dict[str, Any]]:
    ids = draw(st.lists(IDS | st.sampled_from(["true", "false"]), min_size=1, max_size=3, unique=True))
    return [{"id": one, "label": draw(LABELS)} for one in ids]


@st.composite
def conditions(draw: st.DrawFn, before: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    possible = [one for one in before if one["type"] != "decimal"]
    if not possible or draw(st.booleans()):
        return None
    question = draw(st.sampled_from(possible))
    answers: dict[str, st.SearchStrategy[Any]] = {
        "integer": st.integers(-99, 99),
        "boolean": st.booleans(),
        "choice": st.sampled_from([one["id"] for one in question["choices"]] or [""]),
    }
    kind = answers.get(question["type"].removesuffix("s"), st.just("x'y") | st.just("\"'") | LINE)
    return {"question": question["id"], "is": draw(st.lists(kind, min_size=1, max_size=3))}


@st.composite
def limits(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    numbers = st.integers(-100, 100) | st.floats(-1e6, 1e6) if kind == "decimal" else st.integers(-100, 100)
    low, high = ("shortest", "longest") if kind == "text" else ("least", "most")
    lengths = st.integers(1, 500) if kind == "text" else numbers
    pair = sorted(draw(st.lists(lengths, min_size=2, max_size=2)))
    given = {low: pair[0], high: pair[1]} | ({"pattern": draw(PATTERNS)} if kind == "text" else {})
    return {name: value for name, value in given.items() if draw(st.booleans())}


@st.composite
def definitions(draw: st.DrawFn) -> Any:
    """Any form that may be drafted."""
    ids = draw(st.lists(IDS, min_size=1, max_size=6, unique=True))
    sections: list[dict[str, Any]] = []
    asked: list[dict[str, Any]] = []
    for name in ids:
        if not sections or draw(st.booleans()):
            sections.append({"label": draw(LABELS), "questions": [], "condition": draw(conditions(asked))})
        kind = draw(st.sampled_from(["text", "integer", "decimal", "boolean", "date", "choice", "choices"]))
        question = {
            "id": name,
            "label": draw(LABELS),
            "type": kind,
            "choices": draw(choices()) if kind.startswith("choice") else [],
            "primary_at": draw(st.lists(st.sampled_from(LEVELS), max_size=3, unique=True)),
            "topic": draw(st.sampled_from([None, None, "caste", "religion", "health"])),
            "field_class": draw(st.sampled_from([None, "sensitive"])),
            "condition": draw(conditions(asked)),
            **(draw(limits(kind)) if kind in {"text", "integer", "decimal"} else {}),
        }
        sections[-1]["questions"].append(question)
        asked.append(question)
    topics = draw(st.lists(st.sampled_from(["caste", "religion", "health"]), max_size=2))
    purposes = [{"topic": one, "purpose": f"A purpose: {draw(LINE)}"} for one in topics]
    return msgspec.to_builtins(msgspec.convert({"sections": sections, "purposes": purposes}, DefinitionIn))


def read(data: bytes) -> ReadForm:
    sheets = [(sheet.name, [(row.line, row.cells) for row in sheet.rows]) for sheet in read_workbook(data, LIMITS)]
    return read_xlsform(sheets, JUDGED)


def written(definition: Any, title: tuple[str, str] = ("अभियान", "Drive")) -> bytes:
    return write_workbook(write_xlsform((uuid4(), 3), title, definition))


def a_book(*survey: list[str], header: Sequence[str] = HEADER, **sheets: list[list[str]]) -> bytes:
    """An XLSForm; a first row of the survey is always there."""
    parts = {"survey": [list(header), FIRST, *survey], "choices": CHOICES, "settings": SETTINGS} | sheets
    return write_workbook(list(parts.items()))


def found(data: bytes) -> list[tuple[str, int, str, str]]:
    return [(one.sheet, one.row, one.column, one.slug) for one in read(data).faults]


def a_row(kind: str, name: str = "more", **cells: str) -> list[str]:
    named = {"type": kind, "name": name, HINDI: "और", ENGLISH: "More"} | cells
    return [named.get(column, "") for column in HEADER]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(definitions(), LABELS)
def test_a_form_goes_out_and_comes_in_the_same(definition: Any, title: dict[str, str]) -> None:
    assert examine_definition(definition) + faulty_patterns(definition) == []
    again = read(written(definition, (title["hi"], title["en"])))
    assert list(again.faults) == []
    assert (again.title, msgspec.to_builtins(msgspec.convert(again.definition, DefinitionIn))) == (title, definition)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(definitions())
def test_what_goes_out_is_an_xlsform_to_the_standards_own_tool(definition: Any) -> None:
    form = convert(xlsform=io.BytesIO(written(definition)), file_type=".xlsx")
    for section in definition["sections"]:
        for question in section["questions"]:
            assert f'ref="/data/S{definition["sections"].index(section) + 1}/{question["id"]}"' in form.xform


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(definitions())
def test_every_form_that_may_be_drafted_compiles(definition: Any) -> None:
    for level in LEVELS:
        jsonschema_rs.Draft202012Validator(
            schema_of_form(definition, level), pattern_options=jsonschema_rs.RegexOptions()
        )


def test_a_file_made_by_hand_is_read_as_the_standard_means_it() -> None:
    book = openpyxl.Workbook()
    survey: Any = book.active
    survey.title = "Survey"
    survey.append(["type", "name", "label::Hindi (hi)", "label::English (en)", "required", "relevance", "constraint"])
    survey.append(["integer", "age", "आयु", "Age", "yes", None, ".>=18 and .<=99"])
    survey.append(["begin group", "more", "और", "More", None, "${age} = 18 or ${age} = 19"])
    survey.append(["select_multiple degree", "degrees", "उपाधि", "Degrees"])
    survey.append(["text", "pin", "पिन", "PIN", "no", "selected(${degrees}, 'school')", 'regex(., "[0-9]{6}")'])
    survey.append(["select_one boolean", "donor", "दाता", "Donor"])
    survey.append(["end group"])
    for name, rows in (("choices", CHOICES), ("settings", SETTINGS)):
        sheet: Any = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    form = read(out.getvalue())
    assert list(form.faults) == []
    first, second = form.definition["sections"]
    age, (degrees, pin, donor) = first["questions"][0], second["questions"]
    assert (first["label"], age["primary_at"], age["least"], age["most"]) == (form.title, list(LEVELS), 18, 99)
    assert second["condition"] == {"question": "age", "is": [18, 19]}
    assert (degrees["type"], [one["id"] for one in degrees["choices"]]) == ("choices", ["school", "graduate"])
    assert (pin["condition"], pin["pattern"]) == ({"question": "degrees", "is": ["school"]}, "[0-9]{6}")
    assert donor["type"] == "boolean"


@pytest.mark.parametrize(
    ("row", "column", "slug"),
    [
        (a_row("geopoint"), "type", "bad-type"),
        (a_row("begin_repeat"), "type", "bad-type"),
        (a_row("calculate"), "type", "bad-type"),
        (a_row(""), "type", "bad-type"),
        (a_row("select_one nowhere"), "type", "unknown-list"),
        (a_row("text", "Big Name"), "name", "bad-name"),
        (a_row("text", "education"), "name", "name-used"),
        (a_row("text", **{ENGLISH: ""}), ENGLISH, "bad-label"),
        (a_row("text", **{HINDI: "x" * 201}), HINDI, "bad-label"),
        (a_row("text", hint="why"), "hint", "not-understood"),
        (a_row("text", required="perhaps"), "required", "bad-required"),
        (a_row("text", required="no", primary_at="booth"), "primary_at", "required-nowhere"),
        (a_row("text", primary_at="galaxy"), "primary_at", "unknown-level"),
        (a_row("text", topic="income"), "topic", "bad-topic"),
        (a_row("text", relevant="${education} != 'school'"), "relevant", "bad-relevant"),
        (a_row("text", relevant="${education} = 'school' and ${education} = 'x'"), "relevant", "bad-relevant"),
        (a_row("text", relevant="not(${education} = 'school')"), "relevant", "bad-relevant"),
        (a_row("text", relevant="${education} = 'school"), "relevant", "bad-relevant"),
        (a_row("text", relevant="${education}"), "relevant", "bad-relevant"),
        (a_row("text", relevant="('" * 3_000), "relevant", "bad-relevant"),
        (a_row("text", relevant="${education} = 'doctor'"), "relevant", "unlikely-answer"),
        (a_row("text", relevant="${more} = 'x'"), "relevant", "unlikely-answer"),
        (a_row("integer", constraint=". > 3"), "constraint", "bad-number-constraint"),
        (a_row("integer", constraint=". >= 1.5"), "constraint", "bad-number-constraint"),
        (a_row("integer", constraint=". >= 9 and . <= 1"), "constraint", "bad-limit"),
        (a_row("integer", constraint=". >= 1 and . >= 2"), "constraint", "bad-number-constraint"),
        (a_row("integer", constraint="regex(., 'x')"), "constraint", "bad-number-constraint"),
        (a_row("text", constraint=". >= 1"), "constraint", "bad-text-constraint"),
        (a_row("text", constraint="string-length(.) <= 501"), "constraint", "bad-limit"),
        (a_row("text", constraint="regex(., '(?=x)')"), "constraint", "bad-pattern"),
        (a_row("text", constraint="regex(., 'a)|(b')"), "constraint", "bad-pattern"),
        (a_row("date", constraint=". >= 1"), "constraint", "not-understood"),
        (a_row("end_group", ""), "type", "no-group"),
        (a_row("begin_group"), "type", "open-group"),
    ],
)
def test_a_row_that_a_form_has_no_place_for_is_named(row: list[str], column: str, slug: str) -> None:
    assert ("survey", 3, column, slug) in found(a_book(row))


@pytest.mark.parametrize(
    ("sheets", "fault"),
    [
        ({"choices": [CHOICES[0], ["degree", "Bad Id", "क", "K"]]}, ("choices", 2, "name", "bad-name")),
        ({"choices": [*CHOICES, ["degree", "school", "क", "K"]]}, ("choices", 4, "name", "name-used")),
        ({"choices": [["list_name", "name"], ["degree", "school"]]}, ("choices", 1, HINDI, "missing-column")),
        ({"settings": [["form_title"], ["Drive"]]}, ("settings", 1, "title_hi", "missing-column")),
        ({"settings": [SETTINGS[0], ["Drive", ""]]}, ("settings", 2, "title_hi", "bad-label")),
        ({"settings": [["style", *SETTINGS[0]], ["pages", *SETTINGS[1]]]}, ("settings", 2, "style", "not-understood")),
        ({"purposes": [["topic", "purpose"], ["caste", "short"]]}, ("purposes", 2, "purpose", "bad-purpose")),
        ({"entities": [["list_name"], ["x"]]}, ("entities", 0, "", "not-understood")),
    ],
)
def test_every_sheet_is_looked_at(sheets: dict[str, list[list[str]]], fault: tuple[str, int, str, str]) -> None:
    assert fault in found(a_book(header=HEADER, **sheets))


def test_groups_do_not_nest_and_are_not_empty() -> None:
    group = a_row("begin_group", "g")
    assert ("survey", 4, "type", "group-in-group") in found(a_book(group, group, a_row("text"), a_row("end_group", "")))
    assert ("survey", 3, "type", "empty-group") in found(a_book(group, a_row("end_group", "")))


def test_a_book_without_its_sheets_or_columns_says_so() -> None:
    assert found(write_workbook([("Sheet1", [["x"]])])) == [
        ("survey", 0, "", "missing-sheet"),
        ("settings", 0, "", "missing-sheet"),
        ("settings", 2, "form_title", "bad-label"),
        ("survey", 0, "type", "empty-group"),
    ]
    assert ("survey", 1, "type", "repeated-column") in found(a_book(header=["type", *HEADER[:-1]]))


def test_every_saying_is_there_in_both_languages() -> None:
    assert all(any("\u0900" <= letter <= "\u097f" for letter in hi) and en.isascii() for hi, en in SAYINGS.values())


def test_the_columns_of_the_survey_are_written_in_the_order_of_their_names() -> None:
    [(_, rows), *_] = write_xlsform((uuid4(), 1), ("क", "K"), a_form()["definition"])
    assert rows[2][:6] == ["select_one education_list", "education", "शिक्षा", "Education", "yes", "booth"]
    assert all(len(row) == len(COLUMNS["survey"]) for row in rows)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_stands_in_the_cells_is_read_or_named(data: st.DataObject) -> None:
    pieces = [
        "begin_group",
        "end_group",
        "select_one degree",
        "text",
        "integer",
        "education",
        "yes",
        "${education} = 'x'",
        "",
        ". >= 1",
    ]
    cell = st.sampled_from(pieces) | st.text(max_size=6).filter(lambda text: text.isprintable())
    rows = data.draw(st.lists(st.lists(cell, max_size=10), max_size=6))
    form = read(a_book(*rows))
    if not form.faults:
        definition = msgspec.to_builtins(msgspec.convert(form.definition, DefinitionIn))
        assert examine_definition(definition) + faulty_patterns(definition) == []


async def sent(service: Harness, data: bytes, path: str = world.STATE, **params: Any) -> Any:
    unit = {"unit_id": str(world.unit_id(path))}
    headers = {"content-type": XLSX}
    url = "/v1/form-imports"
    by = world.at(world.STATE)
    return await service.ask(
        "POST", url, action="form.make", person=by, params=unit | params, content=data, headers=headers
    )


async def test_a_form_is_tried_drafted_given_and_drafted_again_as_its_next_version(registry: Harness) -> None:
    purposes = [["topic", "purpose"], ["health", "Blood donors for emergencies"]]
    blood = a_row("text", "donor", topic="health", **{HINDI: "रक्त समूह", ENGLISH: "Blood group"})
    data = a_book(blood, purposes=purposes)
    tried = (await sent(registry, data, dry_run="true")).json()
    assert (tried["applied"], tried["questions"], await world.size(registry, "forms")) == (False, 2, 0)
    made = (await sent(registry, data)).json()["form"]
    url = f"/v1/forms/{made['id']}/xlsform"
    given = await registry.ask("GET", url, action="form.read", person=world.at(world.BOOTH))
    assert (given.status_code, given.headers["content-type"]) == (200, XLSX)
    again = (await sent(registry, given.content, form_id=made["form_id"])).json()["form"]
    assert (again["version"], again["definition"]) == (2, made["definition"])
    assert made["definition"]["purposes"] == [{"topic": "health", "purpose": purposes[1][1]}]


async def test_a_form_with_a_wrong_row_is_not_drafted_and_a_sheet_that_is_none_is_refused(registry: Harness) -> None:
    told = (await sent(registry, a_book(a_row("geopoint")))).json()
    [fault] = told["faults"]
    assert (told["applied"], told["rejected"], fault["row"], fault["column"]) == (False, 1, 3, "type")
    assert "select_one LIST" in fault["detail_en"]
    assert "select_one LIST" in fault["detail_hi"]
    refused = await sent(registry, b"PK\x03\x04nonsense")
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (422, "sheet-not-read")
    assert await world.size(registry, "forms") == 0


async def test_a_form_outside_the_scope_is_neither_drafted_nor_given(registry: Harness) -> None:
    assert (await sent(registry, a_book(), path="in.nx.")).status_code == 404
    made = (await sent(registry, a_book())).json()["form"]
    other = world.at("in.nx.d01.")
    assert (
        await registry.ask("GET", f"/v1/forms/{made['id']}/xlsform", action="form.read", person=other)
    ).status_code == 404


async def test_a_trial_and_the_import_itself_may_share_an_idempotency_key(registry: Harness) -> None:
    unit: dict[str, str | int] = {"unit_id": str(world.unit_id(world.STATE))}
    headers = {"content-type": XLSX, "idempotency-key": "one"}
    by = world.at(world.STATE)

    async def imported(**params: str | int) -> Any:
        url = "/v1/form-imports"
        return await registry.ask(
            "POST", url, action="form.make", person=by, params=unit | params, content=a_book(), headers=headers
        )

    applied = [(await imported(**params)).json()["applied"] for params in ({"dry_run": "true"}, {}, {})]
    assert (applied, await world.size(registry, "forms")) == ([False, True, True], 1)
