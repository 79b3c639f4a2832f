"""What somebody answered to a drive's form, as far as an office sees it, and what a correction makes of it.

Each question has a field class, as fields of the record have. One on caste, religion or health is sensitive, whatever
the form says of it; one of which the form says nothing is shown with contacts, and so to no other system.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sangathan_registry.domain.forms import CHOOSING, Question, class_of

_TRUTHS: Final = {"hi": {True: "हाँ", False: "नहीं"}, "en": {True: "Yes", False: "No"}}

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """What was answered on one form: the form's version, who took it down, and the unit's level there and then."""

    record_id: UUID
    unit_id: UUID
    path: str
    level: str
    drive_id: UUID
    drive_names: tuple[str, str]
    form_version_id: UUID | None
    form_version: int | None
    definition: Mapping[str, Any] | None
    captured_by: UUID
    keyed_by: UUID | None
    captured_at: datetime
    received_at: datetime
    answers: Answers

    @property
    def sections(self) -> Sequence[Mapping[str, Any]]:
        """The form's sections; none when there was no form."""
        return self.definition["sections"] if self.definition else ()


@dataclass(frozen=True, slots=True)
class AnswerRevision:
    """What a correction of answers replaced, newest first; ``before`` is empty once the record has gone."""

    record_id: UUID
    at: datetime
    person_id: UUID | None
    office: str
    before: Answers


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One answer of one correction."""

    question: str
    before: Any
    after: Any


def is_primary(question: Question, level: str) -> bool:
    """Whether an answer is needed at this level."""
    return level in (question.get("primary_at") or ())


def asked_in(one: AnswerSet) -> Iterator[tuple[Mapping[str, Any], Question]]:
    """Every question with its section."""
    for section in one.sections:
        for question in section["questions"]:
            yield section, question


def seen_in(one: AnswerSet, classes: Collection[str]) -> set[str]:
    """The questions whose answers somebody with these classes sees."""
    return {question["id"] for _, question in asked_in(one) if class_of(question) in classes}


def words_of(question: Question, value: Any, language: str) -> str | None:
    """What was chosen, in words; None where the answer speaks for itself."""
    if question["type"] == "boolean":
        return _TRUTHS[language].get(value)
    if question["type"] not in CHOOSING or value is None:
        return None
    labels = {one["id"]: one["label"][language] for one in question.get("choices") or ()}
    chosen = value if isinstance(value, list) else [value]
    return ", ".join(labels.get(name, str(name)) for name in chosen)


def corrected(answers: Answers, given: Answers) -> dict[str, Any]:
    """The answers with what was given; null takes an answer away."""
    return {name: value for name, value in {**answers, **given}.items() if value is not None}


def replaced(before: Answers, after: Answers) -> dict[str, Any]:
    """The answers that differ, with what stood there before; null for nothing."""
    names = [*before, *(name for name in after if name not in before)]
    return {name: before.get(name) for name in names if before.get(name) != after.get(name)}


def told(
    now: Answers, newest_first: Iterable[AnswerRevision], seen: Collection[str]
) -> list[tuple[AnswerRevision, list[AnswerChange]]]:
    """Each correction with the answers before and after that somebody sees, read backwards from what stands there."""
    standing, history = dict(now), []
    for one in newest_first:
        changes = [AnswerChange(name, old, standing.get(name)) for name, old in one.before.items() if name in seen]
        standing |= one.before
        history.append((one, changes))
    return history
