"""What is wrong with a row of a sheet of appointments, by its column and in both languages, with what would do."""

from dataclasses import dataclass
from typing import Final

from sangathan_chassis.refusal import INVALID_INPUT, NOT_FOUND, Refusal
from sangathan_contracts.offices import Catalogue
from sangathan_identity.domain import refusals


@dataclass(frozen=True, slots=True)
class Fault:
    """The column, a stable slug, and what would be accepted, in Hindi and English."""

    column: str
    slug: str
    hi: str
    en: str


NAMED_TWICE: Final = Fault(
    "phone",
    "named-twice",
    "यही व्यक्ति इसी दायित्व और इकाई के लिए ऊपर की पंक्ति में आ चुका है; यह पंक्ति हटा दें",
    "a row above names this person for this office and unit already; leave this row out",
)
PHONE: Final = Fault(
    "phone",
    "bad-phone",
    "मोबाइल नंबर दें, जैसे 98765 43210 या +91 98765 43210",
    "takes a mobile number such as 98765 43210 or +91 98765 43210",
)
NAME_HI: Final = Fault(
    "name_hi",
    "bad-name",
    "हिंदी में नाम चाहिए, एक पंक्ति में, 200 अक्षर तक",
    "takes the name in Hindi, one line of at most 200 letters",
)
NAME_EN: Final = Fault(
    "name_en",
    "bad-name",
    "अंग्रेज़ी में नाम चाहिए, एक पंक्ति में, 200 अक्षर तक",
    "takes the name in English, one line of at most 200 letters",
)
_DAY_HI: Final = "तारीख दें, जैसे 2022-01-31 या 31-01-2022, या समय, जैसे 2022-01-31T10:30:00+05:30"
_DAY_EN: Final = "takes a date such as 2022-01-31 or 31-01-2022, or a moment such as 2022-01-31T10:30:00+05:30"
NO_DAY: Final = {column: Fault(column, "bad-date", _DAY_HI, _DAY_EN) for column in ("valid_from", "valid_to")}

_TERM: Final = {
    "/valid_from": Fault(
        "valid_from",
        "bad-term",
        "1950 से लेकर आज से एक साल आगे तक की तारीख दें; खाली छोड़ने पर अभी से",
        "takes a day from 1950 on and at most a year ahead; empty means from now on",
    ),
    "/valid_to": Fault(
        "valid_to",
        "bad-term",
        "valid_from के बाद की, अभी आगे आने वाली और दस साल के भीतर की तारीख दें; खाली छोड़ने पर अंत खुला",
        "takes a day after valid_from, still to come, at most ten years after it; empty means an open end",
    ),
}
_PLAIN: Final = {
    NOT_FOUND.slug: Fault(
        "unit",
        "unknown-unit",
        "अपनी या अपने नीचे की किसी इकाई का पथ दें, जैसा इकाइयों की शीट में है",
        "takes the path of a unit at or beneath yours, as the sheet of units has it",
    ),
    refusals.UNIT_CLOSED.slug: Fault(
        "unit", "unit-closed", "कोई खुली इकाई दें; यह बंद है", "takes a unit that is open; this one is closed"
    ),
    refusals.PHONE_TAKEN.slug: Fault(
        "phone",
        "phone-taken",
        "इस नंबर से कोई और साइन इन करता है: इन्हीं का नंबर दें, या नंबर वाले का नाम",
        "takes this person's own number, or the name of the person who signs in with this one",
    ),
    refusals.PERSON_SUSPENDED.slug: Fault(
        "phone",
        "person-suspended",
        "यह व्यक्ति निलंबित है; पहले बहाल करें",
        "takes a person who is not suspended; reinstate this one first",
    ),
    refusals.ALREADY_HOLDS.slug: Fault(
        "valid_from",
        "already-holds-office",
        "यह दायित्व वहाँ इन्हीं के पास है: ऐसी अवधि दें जो उससे न टकराए, या पहले उसे समाप्त करें",
        "takes a term that does not overlap the one in which this person holds the office there; or end that first",
    ),
}


def fault_of(refusal: Refusal, catalogue: Catalogue, giver: str, office: str) -> Fault:
    """What the refusal of a single appointment to this office means for a row."""
    slug = refusal.type.slug
    if slug == refusals.WRONG_LEVEL.slug:
        level = catalogue.office(office).level
        return Fault("unit", slug, f"{level} स्तर की इकाई दें", f"takes a unit of the level {level}")
    if slug == refusals.OFFICE_NOT_YOURS_TO_GIVE.slug or _points_at(refusal, "/office"):
        return _office(slug, catalogue, giver)
    if slug == INVALID_INPUT.slug:
        return _TERM[refusal.errors[0].pointer]
    return _PLAIN[slug]


def _points_at(refusal: Refusal, pointer: str) -> bool:
    return any(error.pointer == pointer for error in refusal.errors)


def _office(slug: str, catalogue: Catalogue, giver: str) -> Fault:
    office = catalogue.find(giver)
    gives = ", ".join(sorted(office.may_appoint)) if office else ""
    known = "unknown-office" if slug == INVALID_INPUT.slug else slug
    if not gives:
        return Fault("office", known, "आपके दायित्व से कोई नियुक्ति नहीं हो सकती", "your office appoints to none")
    return Fault("office", known, f"इनमें से एक दें: {gives}", f"takes one of: {gives}")
