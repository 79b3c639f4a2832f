"""The form of a drive: sections of questions in Hindi and English, and the JSON Schema that its answers are held to.

A question that needs an answer at a level is primary there, and secondary elsewhere. A section or question with a
condition is asked only when it holds, and an answer to what was not asked is refused. Numbers may have bounds, texts
lengths and a pattern that the whole answer has to match.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sangathan_chassis.refusal import Pointer

TOPICS: Final = ("caste", "religion", "health")
SENSITIVE: Final = "sensitive"
# The class of answers of whose question the form says none: shown with contacts, and so to no other system.
UNSAID: Final = "contact"
CLASSES: Final = ("open", UNSAID, SENSITIVE)
LONGEST_TEXT: Final = 500
LARGEST: Final = 10**9
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
LEVEL: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
# What no line of text has: control characters, and what XML cannot hold.
UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
NUMBERS: Final = ("integer", "decimal")
CHOOSING: Final = ("choice", "choices")
_LIMITS: Final = {"least": NUMBERS, "most": NUMBERS} | dict.fromkeys(("shortest", "longest", "pattern"), ("text",))
_WORDS: Final = {
    "caste": ("caste", "जाति", "जाती"),
    "religion": ("religio", "धर्म", "मज़हब", "मजहब"),
    "health": ("health", "disease", "illness", "disabilit", "blood group", "स्वास्थ्य", "बीमारी", "रोग", "दिव्यांग"),
}
_TYPES: Final[Mapping[str, dict[str, Any]]] = {
    "text": {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
    "integer": {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST},
    "decimal": {"type": "number", "minimum": -LARGEST, "maximum": LARGEST},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "pattern": "^[12][0-9]{3}-[01][0-9]-[0-3][0-9]$"},
    "choice": {},
    "choices": {"type": "array", "uniqueItems": True, "minItems": 1},
}
_KEYWORDS: Final = {"least": "minimum", "most": "maximum", "shortest": "minLength", "longest": "maxLength"}
# A list of castes or faiths asks for one, whatever its question is called.
_CHOICE_WORDS: Final = {
    "caste": ("scheduled caste", "scheduled tribe", "obc", "अनुसूचित", "पिछड़ा वर्ग"),
    "religion": ("hindu", "muslim", "हिंदू", "हिन्दू", "मुस्लिम", "मुसलमान"),
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
    faults = list(_unfit_texts(definition))
    known: dict[str, Question] = {}
    for pointer, question, asked in questions_of(definition):
        name = question["id"]
        if NAME.fullmatch(name) is None or name in known:
            faults.append(Pointer(f"{pointer}/id", "a name of small Latin letters, used once: education, blood_donor"))
        if any(LEVEL.fullmatch(level) is None for level in question.get("primary_at", ())):
            faults.append(Pointer(f"{pointer}/primary_at", "levels such as booth or vidhan-sabha"))
        if question.get("field_class") not in {None, SENSITIVE} and sensitive_topics(question):
            faults.append(Pointer(f"{pointer}/field_class", "sensitive, or nothing, for caste, religion and health"))
        faults += _choice_faults(pointer, question)
        faults += [Pointer(f"{pointer}/{field}", accepted) for field, accepted in limit_faults(question)]
        if not all(may_hold(one, known) for one in asked):
            faults.append(
                Pointer(f"{pointer}/condition", "a condition on a question asked before, with answers it can have")
            )
        known[name] = question
    return faults


def is_one_line(text: str) -> bool:
    """Whether something can be read in the text, and nothing in it breaks a line."""
    return bool(text.strip()) and UNFIT.search(text) is None


def _unfit_texts(definition: Mapping[str, Any]) -> Iterator[Pointer]:
    for n, section in enumerate(definition["sections"]):
        yield from _unfit_label(f"/definition/sections/{n}", section)
    for pointer, question, _ in questions_of(definition):
        yield from _unfit_label(pointer, question)
        for n, choice in enumerate(question.get("choices", ())):
            yield from _unfit_label(f"{pointer}/choices/{n}", choice)
    for n, one in enumerate(definition.get("purposes", ())):
        if not is_one_line(one["purpose"]):
            yield Pointer(f"/definition/purposes/{n}/purpose", "one line of text")


def _unfit_label(pointer: str, labelled: Mapping[str, Any]) -> Iterator[Pointer]:
    for language in ("hi", "en"):
        if not is_one_line(labelled["label"][language]):
            yield Pointer(f"{pointer}/label/{language}", "one line of text")


def _choice_faults(pointer: str, question: Question) -> Iterator[Pointer]:
    ids = [one["id"] for one in question.get("choices") or ()]
    if (question["type"] in CHOOSING) != bool(ids):
        yield Pointer(f"{pointer}/choices", "choices for the types choice and choices, and only for them")
    if len(set(ids)) < len(ids):
        yield Pointer(f"{pointer}/choices", "each choice's id once")


def limit_faults(question: Question) -> Iterator[tuple[str, str]]:
    """The limits of a question that cannot be, each with what would be accepted; a pattern is not tried here."""
    given = {name: question[name] for name in _LIMITS if question.get(name) is not None}
    for name in given:
        if question["type"] not in _LIMITS[name]:
            yield name, f"only for the types {' and '.join(_LIMITS[name])}"
    for low, high, smallest, largest in (
        ("least", "most", -LARGEST, LARGEST),
        ("shortest", "longest", 1, LONGEST_TEXT),
    ):
        from_, to = given.get(low, smallest), given.get(high, largest)
        if not smallest <= from_ <= to <= largest:
            yield high if high in given else low, f"from {smallest:,} to {largest:,}, and not below {low}"
    if question["type"] == "integer" and any(float(given.get(name, 0)) % 1 for name in ("least", "most")):
        yield "least", "whole numbers for the type integer"


def may_hold(condition: Mapping[str, Any], before: Mapping[str, Question]) -> bool:
    """Whether the condition is on one of these questions, and names only answers that it can have."""
    question = before.get(condition["question"])
    return question is not None and all(can_answer(question, value) for value in condition["is"])


def can_answer(question: Question, value: Any) -> bool:
    """Whether the value can be an answer to the question, or among its answers; limits aside."""
    kind = question["type"]
    if kind in CHOOSING:
        return any(value == one["id"] for one in question.get("choices", ()))
    if kind in NUMBERS:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "boolean":
        return isinstance(value, bool)
    return isinstance(value, str) and len(value) <= LONGEST_TEXT and UNFIT.search(value) is None


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
    chosen = " ".join(f"{one['label']['hi']} {one['label']['en']}" for one in question.get("choices") or ()).casefold()
    return [
        topic
        for topic in TOPICS
        if question.get("topic") == topic
        or any(word in words for word in _WORDS[topic])
        or any(word in chosen for word in _CHOICE_WORDS.get(topic, ()))
    ]


def class_of(question: Question) -> str:
    """The field class of an answer to the question; on a sensitive topic it is sensitive, whatever the form says."""
    return SENSITIVE if sensitive_topics(question) else question.get("field_class") or UNSAID


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
    for name, keyword in _KEYWORDS.items():
        if question.get(name) is not None:
            schema[keyword] = question[name]
    if question.get("pattern") is not None:
        schema["pattern"] = f"^(?:{question['pattern']})$"
    return schema


def _holds(condition: Mapping[str, Any]) -> dict[str, Any]:
    name, values = condition["question"], condition["is"]
    one_of = {"anyOf": [{"enum": values}, {"type": "array", "contains": {"enum": values}}]}
    return {"properties": {name: one_of}, "required": [name]}


def _absent(name: str) -> dict[str, Any]:
    return {"properties": {name: False}}
