"""The one error type that domain and commands raise; standard library only, so that domain may use it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of refusal it is; the edge alone knows which HTTP status that means."""

    INVALID = "invalid"
    MALFORMED = "malformed"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    CONFLICT = "conflict"
    PRECONDITION_FAILED = "precondition-failed"
    PRECONDITION_REQUIRED = "precondition-required"
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A stable slug with its kind and its title in both languages (RFC 9457 ``type`` and ``title``)."""

    slug: str
    kind: Kind
    en: str
    hi: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where in the input something is wrong (JSON pointer, RFC 6901) and what would be accepted there."""

    pointer: str
    detail: str


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault.
    """Says what was refused and what would be accepted; never carries personal data."""

    def __init__(
        self,
        type_: ProblemType,
        detail: str = "",
        *,
        errors: Sequence[Pointer] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(type_.slug)
        self.type = type_
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


NOT_FOUND = ProblemType("not-found", Kind.NOT_FOUND, "Nothing here", "यहाँ कुछ नहीं है")
INVALID_INPUT = ProblemType("invalid-input", Kind.INVALID, "The input is not acceptable", "दी गई जानकारी स्वीकार्य नहीं है")
MALFORMED_INPUT = ProblemType("malformed-input", Kind.MALFORMED, "The request cannot be read", "अनुरोध पढ़ा नहीं जा सका")
UNAUTHENTICATED = ProblemType("unauthenticated", Kind.UNAUTHENTICATED, "Sign in first", "पहले साइन इन करें")
FORBIDDEN = ProblemType("forbidden", Kind.FORBIDDEN, "Your office does not allow this", "आपके दायित्व में इसकी अनुमति नहीं है")
BUSY = ProblemType("busy", Kind.BUSY, "Try again shortly", "थोड़ी देर में फिर प्रयास करें")
CONFLICT = ProblemType("conflict", Kind.CONFLICT, "It conflicts with what is there", "यह मौजूदा जानकारी से टकराता है")
PRECONDITION_FAILED = ProblemType(
    "precondition-failed", Kind.PRECONDITION_FAILED, "It has changed since you read it", "आपके पढ़ने के बाद यह बदल गया है"
)
PRECONDITION_REQUIRED = ProblemType(
    "precondition-required",
    Kind.PRECONDITION_REQUIRED,
    "Say which version you are changing",
    "बताएँ कि आप कौन-सा संस्करण बदल रहे हैं",
)
