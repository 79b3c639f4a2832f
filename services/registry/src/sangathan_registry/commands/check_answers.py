"""Holds answers to the drive's form: one validator per version and level, compiled once and kept."""

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import jsonschema_rs

from sangathan_chassis.refusal import Pointer
from sangathan_registry.domain.forms import is_one_line, questions_of, schema_of_form

# Patterns come from people: matched in linear time, and refused when they would compile into too much.
_PATTERNS: Final = jsonschema_rs.RegexOptions(size_limit=1_000_000)


class AnswerChecks:
    """Compiled validators; a published version never changes, so none is ever thrown away for being old."""

    MOST = 500

    def __init__(self) -> None:
        self._compiled: dict[tuple[UUID, str], jsonschema_rs.Draft202012Validator] = {}

    def faults(self, version_id: UUID, definition: str, level: str, answers: Mapping[str, Any]) -> list[Pointer]:
        """What is wrong with the answers, by pointers below ``/answers``; never repeats what was sent."""
        key = (version_id, level)
        check = self._compiled.get(key)
        if check is None:
            if len(self._compiled) >= self.MOST:
                self._compiled.clear()
            check = jsonschema_rs.Draft202012Validator(
                schema_of_form(json.loads(definition), level), pattern_options=_PATTERNS
            )
            self._compiled[key] = check
        if check.is_valid(answers):
            return []
        return [_pointer(error) for error in check.iter_errors(answers)][:20]


def is_pattern(pattern: str) -> bool:
    """Whether answers can be held to the regular expression: one without look-around and back-references."""
    if not is_one_line(pattern):
        return False
    try:
        for one in (pattern, f"^(?:{pattern})$"):
            jsonschema_rs.Draft202012Validator({"pattern": one}, pattern_options=_PATTERNS)
    except jsonschema_rs.ValidationError:
        return False
    return True


def faulty_patterns(definition: Mapping[str, Any]) -> list[Pointer]:
    """The patterns of a form that no answer can be held to."""
    accepted = "a regular expression without look-around and back-references, such as [0-9]{6}"
    return [
        Pointer(f"{pointer}/pattern", accepted)
        for pointer, question, _ in questions_of(definition)
        if question.get("pattern") is not None and not is_pattern(question["pattern"])
    ]


def _pointer(error: jsonschema_rs.ValidationError) -> Pointer:
    place = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')[:60]}" for step in error.instance_path)
    return Pointer(f"/answers{place}", f"what the form asks here ({error.kind.name})")
