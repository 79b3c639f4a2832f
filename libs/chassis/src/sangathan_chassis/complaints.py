"""What pydantic finds wrong with a query, a path or a body, as JSON pointers, in Hindi or English; never repeats input.

A validator of our own says its sentence itself. Pydantic's complaints are told by their type, of which those stand here
that the routes' fields can raise; another one would be told in English.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from fastapi.exceptions import RequestValidationError

from sangathan_chassis.refusal import INVALID_INPUT, MALFORMED_INPUT, Pointer, Refusal

_MOST: Final = 50
# What pydantic puts before a validator's sentence.
_PYDANTICS_OWN: Final = "Value error, "
_NO_JSON: Final = (
    "The body must be one well-formed JSON document in UTF-8.",
    "अनुरोध का मुख्य भाग UTF-8 में एक सही JSON दस्तावेज़ होना चाहिए।",
)
_MENDING: Final = (
    "Each error names the place and what would be accepted.",
    "हर त्रुटि में वह स्थान और वहाँ क्या स्वीकार्य है, लिखा है।",
)
_OWN: Final = dict(
    [
        _MENDING,
        _NO_JSON,
        ("Send the body as application/json.", "अनुरोध का मुख्य भाग application/json के रूप में भेजें।"),
        (
            "Send If-Match with the ETag of the version you read.",
            "जो संस्करण आपने पढ़ा उसका ETag हेडर If-Match में भेजें।",
        ),
        ("Read it again, then change the newest version.", "फिर से पढ़ें, और सबसे नए संस्करण को बदलें।"),
    ]
)
_REQUIRED: Final = ("required: ", "आवश्यक: ")
_STRANGE: Final = ("unknown, or given more than once", "यह अज्ञात है, या एक से अधिक बार दिया गया है")
_ACCEPTED: Final = ("Accepted here: {accepted}.", "यहाँ स्वीकार्य: {accepted}।")
_NO_QUERY: Final = ("no query parameters", "कोई query पैरामीटर नहीं")
_NUMBER: Final = "पूर्ण संख्या दें"
_ID: Final = "UUID के रूप में पहचान (id) दें"
_YES_NO: Final = "true या false दें"
_TEXT: Final = "पाठ दें"
_DAY: Final = "दिनांक दें, जैसे 2022-01-20"
_MOMENT: Final = "समय और उसका अंतर (offset) दें, जैसे 2022-01-20T10:30:00+05:30"
_ONE_OF: Final = "इनमें से एक दें: {expected}"
_HINDI: Final[Mapping[str, str]] = {
    "missing": "यह देना आवश्यक है",
    "extra_forbidden": "ऐसा कोई क्षेत्र नहीं है; API बताता है कि कौन-से हैं",
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float", "int_parsing_size"), _NUMBER),
    **dict.fromkeys(("float_parsing", "float_type", "finite_number"), "संख्या दें"),
    **dict.fromkeys(("uuid_parsing", "uuid_type", "uuid_version"), _ID),
    **dict.fromkeys(("bool_parsing", "bool_type"), _YES_NO),
    **dict.fromkeys(("date_parsing", "date_type", "date_from_datetime_parsing", "date_from_datetime_inexact"), _DAY),
    **dict.fromkeys(("datetime_parsing", "datetime_type", "datetime_from_date_parsing"), _MOMENT),
    **dict.fromkeys(("timezone_aware", "datetime_object_invalid"), _MOMENT),
    **dict.fromkeys(("string_type", "string_unicode", "string_sub_type"), _TEXT),
    "string_too_short": "कम से कम {min_length} अक्षर दें",
    "string_too_long": "अधिक से अधिक {max_length} अक्षर दें",
    "string_pattern_mismatch": "निर्धारित रूप में दें; API बताता है कि वह कैसा है",
    **dict.fromkeys(("literal_error", "enum"), _ONE_OF),
    "greater_than_equal": "{ge} या उससे बड़ी संख्या दें",
    "greater_than": "{gt} से बड़ी संख्या दें",
    "less_than_equal": "{le} या उससे छोटी संख्या दें",
    "less_than": "{lt} से छोटी संख्या दें",
    "too_short": "कम से कम {min_length} दें",
    "too_long": "अधिक से अधिक {max_length} दें",
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), "सूची दें"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type", "dataclass_type"), "JSON वस्तु (object) दें"),
    "none_required": "इसे खाली (null) छोड़ें",
}


def refusal_of(error: RequestValidationError, *, hindi: bool = False) -> Refusal:
    """FastAPI's complaint as a refusal with JSON pointers."""
    details = error.errors()
    if any(one["type"] == "json_invalid" for one in details):
        return Refusal(MALFORMED_INPUT, _NO_JSON[hindi])
    pointers = [Pointer(_pointer(one["loc"]), _said(one, hindi=hindi)) for one in details[:_MOST]]
    return Refusal(INVALID_INPUT, _MENDING[hindi], errors=pointers)


def strangers(names: Sequence[str], known: Iterable[str], *, hindi: bool = False) -> Refusal:
    """The refusal of query fields that a route does not know, or that were given more than once."""
    accepted = ", ".join(sorted(known)) or _NO_QUERY[hindi]
    errors = [Pointer(f"#query/{name[:60]}", _STRANGE[hindi]) for name in names[:10]]
    return Refusal(INVALID_INPUT, _ACCEPTED[hindi].format(accepted=accepted), errors=errors)


def in_hindi(refusal: Refusal, sentences: Mapping[str, str]) -> Refusal:
    """The refusal with those of its sentences in Hindi whose Hindi is known, by the English ones."""
    known = {**sentences, **_OWN}

    def told(detail: str) -> str:
        said = detail.removeprefix(_REQUIRED[0])
        found = known.get(said, said)
        return found if said == detail else f"{_REQUIRED[1]}{found}"

    errors = [Pointer(one.pointer, told(one.detail)) for one in refusal.errors]
    return Refusal(refusal.type, told(refusal.detail), errors=errors, headers=refusal.headers)


def _said(one: Mapping[str, Any], *, hindi: bool) -> str:
    told = _HINDI.get(one["type"]) if hindi else None
    if told is None:
        return str(one["msg"]).removeprefix(_PYDANTICS_OWN)
    words = {name: str(value).replace(" or ", " या ") for name, value in one.get("ctx", {}).items()}
    return told.format_map(words)


def _pointer(location: Sequence[str | int]) -> str:
    kind, *rest = location
    steps = [str(step).replace("~", "~0").replace("/", "~1") for step in rest]
    where = "" if kind == "body" else f"#{kind}"
    return where + "".join(f"/{step}" for step in steps)
