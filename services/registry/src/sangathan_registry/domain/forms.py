"""The form of a drive: sections of questions in Hindi and English, and the JSON Schema that its answers are held to.

A question that needs an answer at a level is primary there, and secondary elsewhere. A section or question with a
condition is asked only when it holds, and an answer to what was not asked is refused.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sangathan_chassis.refusal import Pointer

TOPICS: Final = ("caste", "religion", "health")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WORDS: Final = {
    "caste": ("caste", "जाति", "जाती"),
    "religion": ("religio", "धर्म", "मज़हब", "मजहब"),
    "health": ("health", "disease", "illness", "disabilit", "blood group", "स्वास्थ्य", "बीमारी", "रोग", "दिव्यांग"),
}
_TYPES: Final[Mapping[str, dict[str, Any]]] = {
    "text": {"type": "string", "minLength": 1, "maxLength": 500},
    "integer": {"type": "integer", "minimum": -(10**9), "maximum": 10**9},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "pattern": "^[12][0-9]{3}-[01][0-9]-[0-3][0-9]$"},
    "choice": {},
    "choices": {"type": "array", "uniqueItems": True, "minItems": 1},
}

Question = Mapping[str, Any]


def questions_of(definition: Mapping[str, Any]) -> Iterator[tuple[str, Question, list[Any]]]:
    """Every question with its pointer and the conditions under which it is asked."""
    for n, section in enumerate(definition["sections"]):
        for m, question in enumerate(section["questions"]):
            asked = [one for one in (section.get("condition"), question.get("condition")) if one]
            yield f"/definition/sections/{n}/questions/{m}", question, asked


def examine_definition(definition: Mapping[str, Any]) -> list[Pointer]:
    """What keeps the form from being used."""
    faults: list[Pointer] = []
    known: set[str] = set()
    for pointer, question, asked in questions_of(definition):
        name = question["id"]
        if _NAME.fullmatch(name) is None or name in known:
            faults.append(Pointer(f"{pointer}/id", "a name of small Latin letters, used once: education, blood_donor"))
        if (question["type"] in {"choice", "choices"}) != bool(question.get("choices")):
            faults.append(Pointer(f"{pointer}/choices", "choices for the types choice and choices, and only for them"))
        if any(one["question"] not in known for one in asked):
            faults.append(Pointer(f"{pointer}/condition", "a condition on a question that was asked before"))
        known.add(name)
    return faults


def unapproved_topics(definition: Mapping[str, Any]) -> list[Pointer]:
    """The questions on caste, religion or health for which no purpose is stated, told by topic or by their words."""
    stated = {one["topic"] for one in definition.get("purposes", ())}
    return [
        Pointer(
            f"{pointer}/topic", f"state a purpose for {topic} under purposes and let it be approved; or leave it out"
        )
        for pointer, question, _ in questions_of(definition)
        for topic in sensitive_topics(question)
        if topic not in stated
    ]


def sensitive_topics(question: Question) -> list[str]:
    """Which sensitive topics the question touches."""
    label = question["label"]
    words = f"{label['hi']} {label['en']} {question['id']}".casefold()
    return [topic for topic in TOPICS if question.get("topic") == topic or any(w in words for w in _WORDS[topic])]


def is_sensitive(definition: Mapping[str, Any]) -> bool:
    """Whether publishing needs somebody's approval."""
    return any(sensitive_topics(question) for _, question, _ in questions_of(definition))


def schema_of_form(definition: Mapping[str, Any], level: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the answers at a unit of this level."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    rules: list[dict[str, Any]] = []
    for _, question, asked in questions_of(definition):
        name = question["id"]
        properties[name] = _schema_of(question)
        needed = level in question.get("primary_at", ())
        if asked:
            then = {"required": [name]} if needed else {}
            rules.append({"if": {"allOf": [_holds(one) for one in asked]}, "then": then, "else": _absent(name)})
        elif needed:
            required.append(name)
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return schema | {"allOf": rules} if rules else schema


def _schema_of(question: Question) -> dict[str, Any]:
    schema = dict(_TYPES[question["type"]])
    choices = {"enum": [one["id"] for one in question.get("choices", ())]}
    if question["type"] == "choice":
        schema |= choices
    elif question["type"] == "choices":
        schema["items"] = choices
    return schema


def _holds(condition: Mapping[str, Any]) -> dict[str, Any]:
    name, values = condition["question"], condition["is"]
    one_of = {"anyOf": [{"enum": values}, {"type": "array", "contains": {"enum": values}}]}
    return {"properties": {name: one_of}, "required": [name]}


def _absent(name: str) -> dict[str, Any]:
    return {"properties": {name: False}}
