"""From the sheets of an XLSForm to a form: every row that a form has no place for is named, and none is guessed at.

Groups become sections; questions outside any group, taken together, a section under the form's title.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sangathan_registry.domain.forms import (
    CHOOSING,
    CLASSES,
    LEVEL,
    NAME,
    NUMBERS,
    SENSITIVE,
    TOPICS,
    can_answer,
    is_one_line,
    limit_faults,
    sensitive_topics,
)
from sangathan_registry.domain.xlsform_columns import ENGLISH, HINDI, REFUSED_SHEETS, Line, Rows, lines_of
from sangathan_registry.domain.xlsform_expressions import NotUnderstood, Value, read_constraint, read_relevant
from sangathan_registry.domain.xlsform_faults import SheetFault, fault, unknown_level

MOST_SECTIONS: Final = 30
_MOST_QUESTIONS: Final = 100
_MOST_CHOICES: Final = 200
_MOST_PURPOSES: Final = 10
_LABEL_LENGTH: Final = 200
_BOOLEAN: Final = "boolean"
_TRUTHS: Final = {"true": True, "false": False}
_REQUIRED: Final = {"": None, "yes": True, "true": True, "true()": True, "no": False, "false": False, "false()": False}
_PLAIN: Final = ("text", "integer", "decimal", "date")
_LISTED: Final = {"select_one": "choice", "select_multiple": "choices"}
_LIMITS: Final = ("least", "most", "shortest", "longest", "pattern")

Found = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReadForm:
    """The form as its API has it, and all that is wrong with the sheets; with faults it must not be used."""

    title: Mapping[str, str]
    definition: Found
    faults: Sequence[SheetFault]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the file alone cannot say: the levels that there are, and which patterns answers can be held to."""

    levels: Sequence[str]
    is_pattern: Callable[[str], bool]


def read_xlsform(sheets: Sequence[tuple[str, Rows]], judged: Judged) -> ReadForm:
    """The form that the sheets describe."""
    faults: list[SheetFault] = []
    by_name = _by_name(sheets, faults)
    title = _title(lines_of("settings", by_name["settings"], faults) if "settings" in by_name else [], faults)
    lists = _Lists(faults)
    for line in lines_of("choices", by_name["choices"], faults) if "choices" in by_name else []:
        lists.take(line)
    survey = _Survey(judged, lists, title, faults)
    for line in lines_of("survey", by_name["survey"], faults) if "survey" in by_name else []:
        survey.take(line)
    definition = {"sections": survey.end(), "purposes": _purposes(by_name.get("purposes"), faults)}
    return ReadForm(title, definition, faults)


def _by_name(sheets: Sequence[tuple[str, Rows]], faults: list[SheetFault]) -> dict[str, Rows]:
    named: dict[str, Rows] = {}
    for spelled, rows in sheets:
        name = spelled.strip().casefold()
        if name in named:
            faults.append(fault("repeated-sheet", name[:40], 0, ""))
        if name in REFUSED_SHEETS and rows:
            faults.append(fault("not-understood", name, 0, ""))
        named[name] = rows
    faults += [fault("missing-sheet", name, 0, "") for name in ("survey", "settings") if name not in named]
    return named


def _title(lines: Any, faults: list[SheetFault]) -> dict[str, str]:
    rows = list(lines)
    if not rows:
        faults.append(fault("bad-label", "settings", 2, "form_title"))
        return {"hi": "", "en": ""}
    faults += [line.fault("not-understood", "form_title") for line in rows[1:]]
    return {"hi": _words(rows[0], "title_hi", faults), "en": _words(rows[0], "form_title", faults)}


def _words(line: Line, column: str, faults: list[SheetFault]) -> str:
    text = line[column]
    if not is_one_line(text) or len(text) > _LABEL_LENGTH:
        faults.append(line.fault("bad-label", column))
    return text


def _label(line: Line, faults: list[SheetFault]) -> dict[str, str]:
    return {"hi": _words(line, HINDI, faults), "en": _words(line, ENGLISH, faults)}


def _purposes(rows: Rows | None, faults: list[SheetFault]) -> list[dict[str, str]]:
    purposes: list[dict[str, str]] = []
    for line in lines_of("purposes", rows, faults) if rows else []:
        topic, purpose = line["topic"].strip(), line["purpose"]
        if topic not in TOPICS:
            faults.append(line.fault("bad-topic", "topic"))
        if not is_one_line(purpose) or not 10 <= len(purpose) <= 500:
            faults.append(line.fault("bad-purpose", "purpose"))
        if len(purposes) == _MOST_PURPOSES:
            faults.append(line.fault("too-many", "topic"))
        purposes.append({"topic": topic, "purpose": purpose})
    return purposes


class _Lists:
    """The lists of choices by name."""

    def __init__(self, faults: list[SheetFault]) -> None:
        self._faults = faults
        self.found: dict[str, list[Found]] = {}

    def take(self, line: Line) -> None:
        """Takes a row of the sheet choices."""
        list_name, name = line["list_name"].strip(), line["name"].strip()
        choices = self.found.setdefault(list_name, [])
        if not list_name:
            self._faults.append(line.fault("unknown-list", "list_name"))
        if NAME.fullmatch(name) is None:
            self._faults.append(line.fault("bad-name", "name"))
        elif any(one["id"] == name for one in choices):
            self._faults.append(line.fault("name-used", "name"))
        choices.append({"id": name, "label": _label(line, self._faults)})

    def of(self, line: Line, name: str) -> list[Found]:
        """The choices of a list that a question names."""
        if name not in self.found:
            self._faults.append(line.fault("unknown-list", "type"))
        elif len(self.found[name]) > _MOST_CHOICES:
            self._faults.append(line.fault("bad-list", "type"))
        return [dict(one) for one in self.found.get(name, ())]

    def check_boolean(self, line: Line) -> None:
        """Faults a list of that name which has other choices than the two."""
        if {one["id"] for one in self.found.get(_BOOLEAN, ())} not in ({"true", "false"}, set()):
            self._faults.append(line.fault("bad-list", "type"))


@dataclass(slots=True)
class _Group:
    """A section under way, and the row that began it."""

    section: Found
    line: Line | None = None
    questions: list[Found] = field(default_factory=list)


class _Survey:
    """Works through the rows of the sheet survey."""

    def __init__(self, judged: Judged, lists: _Lists, title: Mapping[str, str], faults: list[SheetFault]) -> None:
        self._judged = judged
        self._lists = lists
        self._title = title
        self._faults = faults
        self._groups: list[_Group] = []
        self._open: _Group | None = None
        self._named: dict[str, Found] = {}

    def take(self, line: Line) -> None:
        """Takes one row."""
        words = line["type"].split()
        kind = " ".join(words).casefold()
        if kind in {"begin_group", "begin group"}:
            self._begin(line)
        elif kind in {"end_group", "end group"}:
            self._close(line)
        else:
            self._ask(line, words)

    def end(self) -> list[Found]:
        """The sections."""
        if self._open is not None and self._open.line is not None:
            self._faults.append(self._open.line.fault("open-group", "type"))
        for n, group in enumerate(self._groups):
            if group.line is not None and not 0 < len(group.questions) <= _MOST_QUESTIONS:
                self._faults.append(group.line.fault("empty-group", "type"))
            if n >= MOST_SECTIONS:
                self._faults.append(fault("too-many", "survey", group.line.number if group.line else 0, "type"))
        if not self._groups:
            self._faults.append(fault("empty-group", "survey", 0, "type"))
        return [group.section | {"questions": group.questions} for group in self._groups]

    def _begin(self, line: Line) -> None:
        if self._open is not None and self._open.line is not None:
            self._faults.append(line.fault("group-in-group", "type"))
        self._refuse(line, "required", "primary_at", "constraint", "topic", "field_class")
        section = {"label": _label(line, self._faults), "condition": self._condition(line)}
        self._open = _Group(section, line)
        self._groups.append(self._open)

    def _close(self, line: Line) -> None:
        if self._open is None or self._open.line is None:
            self._faults.append(line.fault("no-group", "type"))
        self._refuse(line, HINDI, ENGLISH, "required", "primary_at", "relevant", "constraint", "topic", "field_class")
        self._open = None

    def _ask(self, line: Line, words: Sequence[str]) -> None:
        kind, choices = self._kind(line, words)
        name = self._name(line)
        question: Found = {
            "id": name,
            "label": _label(line, self._faults),
            "type": kind,
            "choices": choices,
            "primary_at": self._levels(line),
            "topic": self._topic(line),
            "field_class": self._field_class(line),
            "condition": self._condition(line),
        }
        if question["field_class"] not in {None, SENSITIVE} and sensitive_topics(question):
            self._faults.append(line.fault("too-open", "field_class"))
        question |= self._limits(line, kind)
        self._named.setdefault(name, question)
        if self._open is None:
            self._open = _Group({"label": dict(self._title), "condition": None})
            self._groups.append(self._open)
        self._open.questions.append(question)
        if self._open.line is None and len(self._open.questions) > _MOST_QUESTIONS:
            self._faults.append(line.fault("empty-group", "type"))

    def _kind(self, line: Line, words: Sequence[str]) -> tuple[str, list[Found]]:
        word = words[0].casefold() if words else ""
        if len(words) == 1 and word in _PLAIN:
            return word, []
        if len(words) == 2 and word == "select_one" and words[1] == _BOOLEAN:
            self._lists.check_boolean(line)
            return _BOOLEAN, []
        if len(words) == 2 and word in _LISTED:
            return _LISTED[word], self._lists.of(line, words[1])
        self._faults.append(line.fault("bad-type", "type"))
        return "", []

    def _name(self, line: Line) -> str:
        name = line["name"].strip()
        if NAME.fullmatch(name) is None:
            self._faults.append(line.fault("bad-name", "name"))
        elif name in self._named:
            self._faults.append(line.fault("name-used", "name"))
        return name

    def _levels(self, line: Line) -> list[str]:
        """The levels at which an answer is needed: those named, or with ``required`` alone all there are."""
        named = line["primary_at"].replace(",", " ").split()
        required = line["required"].strip().casefold()
        if required not in _REQUIRED:
            self._faults.append(line.fault("bad-required", "required"))
            return named
        if _REQUIRED[required] is False and named:
            self._faults.append(line.fault("required-nowhere", "primary_at"))
        if any(level not in self._judged.levels or LEVEL.fullmatch(level) is None for level in named):
            self._faults.append(unknown_level(line.number, ", ".join(self._judged.levels)))
        return named or (list(self._judged.levels) if _REQUIRED[required] else [])

    def _topic(self, line: Line) -> str | None:
        topic = line["topic"].strip()
        if topic and topic not in TOPICS:
            self._faults.append(line.fault("bad-topic", "topic"))
        return topic or None

    def _field_class(self, line: Line) -> str | None:
        named = line["field_class"].strip()
        if named and named not in CLASSES:
            self._faults.append(line.fault("bad-field-class", "field_class"))
        return named or None

    def _condition(self, line: Line) -> Found | None:
        text = line["relevant"]
        if not text.strip():
            return None
        try:
            found = read_relevant(text)
        except NotUnderstood:
            self._faults.append(line.fault("bad-relevant", "relevant"))
            return None
        question = self._named.get(found.question)
        if question is None or not question["type"]:
            self._faults.append(line.fault("unlikely-answer", "relevant"))
            return None
        if (question["type"] == "choices") != found.selected and not (found.selected and question["type"] == "choice"):
            self._faults.append(line.fault("bad-relevant", "relevant"))
        values = [_typed(value, question["type"]) for value in found.values]
        if not all(can_answer(question, value) for value in values) or len(values) > 50:
            self._faults.append(line.fault("unlikely-answer", "relevant"))
        return {"question": found.question, "is": values}

    def _limits(self, line: Line, kind: str) -> Found:
        limits: Found = dict.fromkeys(_LIMITS)
        text = line["constraint"]
        if not text.strip():
            return limits
        slug = "bad-number-constraint" if kind in NUMBERS else "bad-text-constraint"
        if kind in CHOOSING or kind in {_BOOLEAN, "date"}:
            slug = "not-understood"
        try:
            given = {name: _limit(value, name) for name, value in read_constraint(text).items()}
        except NotUnderstood:
            self._faults.append(line.fault(slug, "constraint"))
            return limits
        wrong = list(limit_faults({"type": kind, **given}))
        if wrong:
            within = all(name in _LIMITS and accepted.startswith("from") for name, accepted in wrong)
            self._faults.append(line.fault("bad-limit" if within else slug, "constraint"))
        pattern = given.get("pattern")
        if pattern is not None and not (0 < len(pattern) <= 200 and self._judged.is_pattern(pattern)):
            self._faults.append(line.fault("bad-pattern", "constraint"))
        return limits | given

    def _refuse(self, line: Line, *columns: str) -> None:
        self._faults += [line.fault("not-understood", column) for column in columns if line[column].strip()]


def _typed(value: Value, kind: str) -> Any:
    if isinstance(value, Decimal):
        return int(value) if kind in NUMBERS and value == value.to_integral_value() else float(value)
    return _TRUTHS.get(value, value) if kind == _BOOLEAN else value


def _limit(value: Value, name: str) -> Any:
    if isinstance(value, str):
        return value
    whole = value == value.to_integral_value()
    if name in {"shortest", "longest"} and not whole:
        raise NotUnderstood
    return int(value) if whole else float(value)
