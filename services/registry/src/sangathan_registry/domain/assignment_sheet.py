"""Many assignments as a sheet: each row by the rules of a single one, and for each that cannot be, what would do.

A row says what is to be so. Who is assigned to the booth for that time already, by an earlier sheet or a row above, is
counted as unchanged, so that a sheet may be brought in again; a later end adds to what there is.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sangathan_registry.domain.age import OLDEST_YEAR
from sangathan_registry.domain.drive import INDIA

COLUMNS: Final[Mapping[str, bool]] = {
    "person_id": False,
    "membership_number": False,
    "phone": False,
    "booth": True,
    "valid_from": False,
    "valid_to": False,
}
WHO: Final = ("person_id", "membership_number", "phone")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.{0,20}")
_LAST_YEAR: Final = 9999
"""No day follows its last, and who means for ever leaves the cell empty."""
_BOOTH: Final = "booth"
_MOST_TERMS: Final = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """The column, a stable slug, and what would be accepted, in Hindi and English."""

    column: str
    slug: str
    hi: str
    en: str


NOBODY: Final = Fault(
    "person_id",
    "nobody-named",
    "person_id, membership_number या phone में से एक दें",
    "takes one of person_id, membership_number and phone",
)
BAD_WHO: Final = {
    "person_id": Fault(
        "person_id", "bad-person-id", "नियुक्तियों की सूची से person_id दें", "takes a person_id as the appointments have it"
    ),
    "membership_number": Fault(
        "membership_number", "bad-number", "सदस्यता संख्या के दस अंक दें", "takes the ten digits of a membership number"
    ),
    "phone": Fault(
        "phone",
        "bad-phone",
        "मोबाइल नंबर दें, जैसे 98765 43210 या +91 98765 43210",
        "takes a mobile number such as 98765 43210 or +91 98765 43210",
    ),
}
UNKNOWN_WHO: Final = {
    name: Fault(
        name,
        "unknown-person",
        "अपने क्षेत्र के ऐसे कार्यकर्ता का दें जो साइन इन करते हैं, या person_id दें",
        "takes that of a worker in your area who can sign in, or give person_id",
    )
    for name in ("membership_number", "phone")
}
SEVERAL: Final = Fault(
    "phone",
    "several-people",
    "यह नंबर कई विस्तारकों का है; person_id या membership_number दें",
    "several vistaraks share this number; give person_id or membership_number",
)
UNKNOWN_BOOTH: Final = Fault(
    "booth",
    "unknown-booth",
    "अपने क्षेत्र के बूथ का पथ दें, जैसा इकाइयों की शीट में है, या कूट, जो क्षेत्र में एक ही बार हो",
    "takes the path of a booth in your area as the sheet of units has it, or a code that your area has once",
)
CLOSED_BOOTH: Final = Fault(
    "booth", "booth-closed", "कोई खुला बूथ दें; यह बंद है", "takes a booth that is open; this one is closed"
)
NOT_VISTARAK: Final = Fault(
    "person_id",
    "not-vistarak",
    "इन्हें पहले इस बूथ पर या ऊपर की इकाई में विस्तारक नियुक्त करें",
    "appoint this person as vistarak at the booth or a unit above it first",
)
_DAY_HI: Final = "तारीख दें, जैसे 2022-01-31 या 31-01-2022, या समय, जैसे 2022-01-31T10:30:00+05:30"
_DAY_EN: Final = "takes a date such as 2022-01-31 or 31-01-2022, or a moment such as 2022-01-31T10:30:00+05:30"
BAD_DATE: Final = {name: Fault(name, "bad-date", _DAY_HI, _DAY_EN) for name in ("valid_from", "valid_to")}
BAD_TERM: Final = Fault(
    "valid_to",
    "bad-term",
    "valid_from के बाद की तारीख दें; ख़ाली छोड़ने पर अंत खुला",
    "takes a day that is not before valid_from; empty means an open end",
)

TOO_OFTEN: Final = Fault(
    "booth",
    "named-too-often",
    "एक व्यक्ति और बूथ के लिए एक फ़ाइल में 50 अवधियाँ तक दें",
    "takes at most 50 terms of one person at one booth in a file",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was given, and its line in the file."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a row asks for: whom (which column, and its value), where, from when up to when; None for now, and open."""

    row: Row
    by: str
    who: str
    booth: str
    begins: datetime | None
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be, and everything that is wrong with it."""

    row: Row
    faults: Sequence[Fault]


@dataclass(frozen=True, slots=True)
class Booth:
    """A unit that a row names."""

    unit_id: UUID
    path: str
    level: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Charge:
    """An appointment as vistarak, which carries assignments at and below its unit."""

    appointment_id: UUID
    path: str


@dataclass(frozen=True, slots=True)
class Held:
    """An assignment of a person to a booth."""

    begins: datetime
    ends: datetime | None

    def holds(self, begins: datetime, ends: datetime | None) -> bool:
        """Whether it covers the whole of that time."""
        return self.begins <= begins and (self.ends is None or (ends is not None and ends <= self.ends))


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What there is of what the sheet names: booths by path or code, people by column and value, their charges and
    assignments.
    """

    booths: Mapping[str, Sequence[Booth]]
    people: Mapping[tuple[str, str], Sequence[UUID]]
    charges: Mapping[UUID, Sequence[Charge]]
    held: Mapping[tuple[UUID, UUID], Sequence[Held]]


@dataclass(frozen=True, slots=True)
class Made:
    """A new assignment."""

    booth: Booth
    person_id: UUID
    appointment_id: UUID
    begins: datetime
    ends: datetime | None


@dataclass(slots=True)
class Plan:
    """What the sheet amounts to."""

    made: list[Made] = field(default_factory=list)
    unchanged: int = 0
    rejects: list[Reject] = field(default_factory=list)


def plan(rows: Iterable[Asked], known: OnRecord, now: datetime) -> Plan:
    """The assignments of all rows that can be, and the rejects; rows count one after another."""
    found = Plan()
    held: dict[tuple[UUID, UUID], list[Held]] = defaultdict(list)
    for asked in rows:
        one = _settle(asked, known, now)
        if isinstance(one, Fault):
            found.rejects.append(Reject(asked.row, [one]))
            continue
        place = (one.person_id, one.booth.unit_id)
        if any(each.holds(one.begins, one.ends) for each in (*known.held.get(place, ()), *held[place])):
            found.unchanged += 1
        elif len(held[place]) >= _MOST_TERMS:
            found.rejects.append(Reject(asked.row, [TOO_OFTEN]))
        else:
            held[place].append(Held(one.begins, one.ends))
            found.made.append(one)
    return found


def _settle(asked: Asked, known: OnRecord, now: datetime) -> Made | Fault:
    begins = asked.begins or now
    if asked.ends is not None and asked.ends <= begins:
        return BAD_TERM
    booth = _booth(asked, known)
    if isinstance(booth, Fault):
        return booth
    people = [UUID(asked.who)] if asked.by == "person_id" else known.people.get((asked.by, asked.who), ())
    if not people:
        return UNKNOWN_WHO[asked.by]
    able = [
        (one, charge) for one in people for charge in known.charges.get(one, ()) if booth.path.startswith(charge.path)
    ]
    if not able:
        return NOT_VISTARAK
    if len({person for person, _ in able}) > 1:
        return SEVERAL
    person, charge = able[0]
    return Made(booth, person, charge.appointment_id, begins, asked.ends)


def _booth(asked: Asked, known: OnRecord) -> Booth | Fault:
    booths = [one for one in known.booths.get(asked.booth, ()) if one.level == _BOOTH]
    open_ = [one for one in booths if not one.closed]
    if len(open_) == 1:
        return open_[0]
    return CLOSED_BOOTH if booths and not open_ else UNKNOWN_BOOTH


def first_moment(text: str) -> datetime | None:
    """The first moment of the day in India, or the moment itself; None for an empty cell; raises ValueError."""
    return _moment(text, timedelta())


def moment_after(text: str) -> datetime | None:
    """The first moment after the day, so that the day counts whole, or the moment itself; None for an empty cell."""
    return _moment(text, timedelta(days=1))


def _moment(text: str, after_day: timedelta) -> datetime | None:
    if not text:
        return None
    day_first = _DAY_FIRST.fullmatch(text)
    if day_first:
        day, month, year = day_first.groups()
        text = f"{year}-{month:0>2}-{day:0>2}"
    if _DAY.fullmatch(text):
        day_itself = datetime.combine(datetime.fromisoformat(text).date(), time(), INDIA)
        if day_itself.year == _LAST_YEAR:
            raise ValueError
        moment = day_itself + after_day
    elif _MOMENT.fullmatch(text):
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=moment.tzinfo or INDIA)
    else:
        raise ValueError
    if not OLDEST_YEAR <= moment.year < _LAST_YEAR:
        raise ValueError
    return moment.astimezone(UTC)
