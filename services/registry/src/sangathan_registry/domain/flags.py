"""What looks odd in a drive: it is shown to people, who decide, and it changes no record by itself."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID


class Rule(StrEnum):
    """Why something was flagged."""

    OUTSIDE_FENCE = "outside-fence"
    NO_PLACE = "no-place"
    CLOCK_SKEW = "clock-skew"
    VISTARAK_PACE = "vistarak-pace"
    DEVICE_PACE = "device-pace"
    PLACE_CROWDED = "place-crowded"
    PHONE_SHARED = "phone-shared"
    IDENTICAL = "identical"
    UNCONFIRMED = "unconfirmed"


class About(StrEnum):
    """What a flag is about."""

    RECORD = "record"
    VISTARAK = "vistarak"
    DEVICE = "device"


class Finding(StrEnum):
    """What an office-bearer found."""

    FINE = "fine"
    LOOK_INTO_IT = "look-into-it"
    WITHDRAWN = "withdrawn"


SETTLED: Final = {Finding.FINE, Finding.WITHDRAWN}
"""The findings that end a flag."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something looks odd; a drive may set each of them otherwise."""

    per_vistarak_hour: int = 30
    per_device_hour: int = 60
    per_place_day: int = 100
    per_phone: int = 5
    clock_skew_minutes: int = 60
    accuracy_m: int = 2_000
    unconfirmed_days: int = 14

    @classmethod
    def read(cls, text: str) -> "Limits":
        """The limits as a drive keeps them, as JSON; what is not said there has its default."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in json.loads(text).items() if name in known})

    def text(self) -> str:
        """All of them as JSON."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Flag:
    """Something odd, at a unit and on a day in India; ``seen`` and ``allowed`` only where a limit was passed."""

    rule: Rule
    about: About
    subject_id: UUID
    unit_id: UUID
    path: str
    day: date
    record_id: UUID | None = None
    seen: int | None = None
    allowed: int | None = None
