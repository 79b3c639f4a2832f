"""From a form to the sheets of an XLSForm, which bring the same form in again and which other tools understand."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sangathan_registry.domain.forms import UNFIT, questions_of
from sangathan_registry.domain.xlsform_columns import COLUMNS
from sangathan_registry.domain.xlsform_expressions import constraint_of, relevant_of

_TYPES: Final = {"choice": "select_one", "choices": "select_multiple"}
_BOOLEAN: Final = (("true", "हाँ", "Yes"), ("false", "नहीं", "No"))

SheetRows = list[Sequence[str]]


def write_xlsform(
    form: tuple[UUID, int], title: tuple[str, str], definition: Mapping[str, Any]
) -> list[tuple[str, SheetRows]]:
    """The sheets; ``form`` is the form's id and the version, ``title`` in Hindi and English."""
    lists = _lists_of(definition)
    sheets: list[tuple[str, SheetRows]] = [
        ("survey", [COLUMNS["survey"], *_survey(definition, lists)]),
        ("choices", [COLUMNS["choices"], *_choices(definition, lists)]),
        ("settings", [COLUMNS["settings"], (title[1], title[0], str(form[0]), str(form[1]), "English (en)")]),
    ]
    purposes = [(one["topic"], one["purpose"]) for one in definition.get("purposes", ())]
    if purposes:
        sheets.append(("purposes", [COLUMNS["purposes"], *purposes]))
    # Versions from before texts were looked at may hold what no sheet can.
    return [(name, [[UNFIT.sub(" ", cell) for cell in row] for row in rows]) for name, rows in sheets]


def _lists_of(definition: Mapping[str, Any]) -> dict[str, str]:
    """The list of each question that has choices, by its id; equal choices are one list, named after the first."""
    names: dict[str, str] = {}
    lists: dict[str, str] = {}
    for _, question, _ in questions_of(definition):
        if question.get("choices"):
            # A list may not be called boolean, and two may not be called alike.
            lists[question["id"]] = names.setdefault(repr(question["choices"]), f"{question['id']}_list")
    return lists


def _survey(definition: Mapping[str, Any], lists: Mapping[str, str]) -> Iterator[Sequence[str]]:
    kinds = {question["id"]: question["type"] for _, question, _ in questions_of(definition)}
    for n, section in enumerate(definition["sections"], start=1):
        label = section["label"]
        relevant = relevant_of(section.get("condition"), kinds)
        # Questions are named in small letters alone, so that this name is free.
        yield "begin_group", f"S{n}", label["hi"], label["en"], "", "", relevant, "", "", ""
        for question in section["questions"]:
            yield _row(question, lists, kinds)
        yield "end_group", "", "", "", "", "", "", "", "", ""


def _row(question: Mapping[str, Any], lists: Mapping[str, str], kinds: Mapping[str, str]) -> Sequence[str]:
    kind, name, label = question["type"], question["id"], question["label"]
    if kind in _TYPES:
        kind = f"{_TYPES[kind]} {lists[name]}"
    levels = question.get("primary_at") or ()
    return (
        "select_one boolean" if kind == "boolean" else kind,
        name,
        label["hi"],
        label["en"],
        "yes" if levels else "",
        " ".join(levels),
        relevant_of(question.get("condition"), kinds),
        constraint_of(question),
        question.get("topic") or "",
        question.get("field_class") or "",
    )


def _choices(definition: Mapping[str, Any], lists: Mapping[str, str]) -> Iterator[Sequence[str]]:
    written: set[str] = set()
    for _, question, _ in questions_of(definition):
        name = "boolean" if question["type"] == "boolean" else lists.get(question["id"])
        if name is None or name in written:
            continue
        written.add(name)
        if question["type"] == "boolean":
            yield from ((name, *choice) for choice in _BOOLEAN)
        else:
            yield from (
                (name, one["id"], one["label"]["hi"], one["label"]["en"]) for one in question.get("choices", ())
            )
