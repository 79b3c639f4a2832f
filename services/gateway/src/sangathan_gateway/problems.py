"""Every refusal of the gateway's own, as ``application/problem+json`` (RFC 9457) in Hindi or English.

The services say theirs through the chassis in the same form; here it is bytes, since the gateway speaks HTTP itself.
"""

from dataclasses import dataclass

import msgspec

MEDIA_TYPE = b"application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """One way to be refused: status, stable slug, and the title in both languages."""

    status: int
    slug: str
    en: str
    hi: str


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not a fault.
    """Stops a request with a problem; ``detail`` (Hindi: ``hi``) says what would be accepted, never repeats input."""

    def __init__(self, problem: Problem, detail: str = "", headers: bytes = b"", *, hi: str = "") -> None:
        super().__init__(problem.slug)
        self.problem = problem
        self.detail = detail
        self.hi = hi
        self.headers = headers


class _Body(msgspec.Struct, omit_defaults=True):
    type: str
    title: str
    status: int
    detail: str = ""
    trace_id: str = ""


def body_of(refused: Refused, *, hindi: bool, trace_id: str) -> bytes:
    """The JSON document; its shape is the one the chassis gives for a service's refusals."""
    problem = refused.problem
    title = problem.hi if hindi else problem.en
    urn = f"urn:sangathan:problem:{problem.slug}"
    detail = refused.hi if hindi and refused.hi else refused.detail
    return msgspec.json.encode(_Body(urn, title, problem.status, detail, trace_id))


def prefers_hindi(accept_language: bytes) -> bool:
    """Whether Accept-Language (RFC 9110, section 12.5.4) weighs Hindi above English; English when it names neither."""
    best: dict[bytes, float] = {}
    for item in accept_language.lower().split(b",")[:20]:
        tag, _, parameters = item.partition(b";")
        primary = tag.strip().partition(b"-")[0]
        best[primary] = max(best.get(primary, 0.0), _quality(parameters))
    return best.get(b"hi", 0.0) > best.get(b"en", 0.0)


def _quality(parameters: bytes) -> float:
    name, _, value = parameters.partition(b"=")
    if name.strip() != b"q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


MALFORMED = Problem(400, "malformed-input", "The request cannot be read", "अनुरोध पढ़ा नहीं जा सका")
APPOINTMENT_NEEDED = Problem(
    400, "appointment-needed", "Say under which appointment you act", "बताएँ कि आप किस दायित्व में कार्य कर रहे हैं"
)
UNAUTHENTICATED = Problem(401, "unauthenticated", "Sign in first", "पहले साइन इन करें")
STEP_UP_NEEDED = Problem(401, "step-up-needed", "Show once more who you are", "एक बार फिर अपनी पहचान दें")
FORBIDDEN = Problem(403, "forbidden", "Your office does not allow this", "आपके दायित्व में इसकी अनुमति नहीं है")
NOT_FOUND = Problem(404, "not-found", "Nothing here", "यहाँ कुछ नहीं है")
METHOD_NOT_ALLOWED = Problem(405, "method-not-allowed", "This method is not offered here", "यह विधि यहाँ उपलब्ध नहीं है")
TOO_SLOW = Problem(408, "request-too-slow", "The request did not arrive in time", "अनुरोध समय पर नहीं पहुँचा")
TOO_LARGE = Problem(413, "too-large", "The request is too large", "अनुरोध बहुत बड़ा है")
TOO_MANY = Problem(429, "too-many-requests", "Too many requests; wait a little", "बहुत अधिक अनुरोध; थोड़ा रुकें")
HEADERS_TOO_LARGE = Problem(431, "headers-too-large", "The headers are too large", "अनुरोध के हेडर बहुत बड़े हैं")
UNEXPECTED = Problem(500, "unexpected", "Something went wrong on our side", "हमारी ओर से कुछ गड़बड़ हुई")
UNAVAILABLE = Problem(503, "service-unavailable", "This part is not available just now", "यह सेवा अभी उपलब्ध नहीं है")
TOO_LATE = Problem(504, "no-answer-in-time", "No answer came in time", "समय पर उत्तर नहीं आया")
