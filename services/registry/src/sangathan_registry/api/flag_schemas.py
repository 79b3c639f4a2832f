"""What the routes of flags and fences take and give."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from sangathan_registry.api.drive_schemas import says
from sangathan_registry.api.schemas import In
from sangathan_registry.domain.particulars import ACCEPTED

MOST_LETTERS = 9_000_000
_Bound = Annotated[int, Meta(ge=1, le=1_000_000)]
MOST_ROWS = 100_000
_SHEET = "unit,latitude,longitude,radius_m,ring\nin.mp.d07.v033.m02.b0171.,26.2183,78.1828,400,\n"


class FindingIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an office-bearer found; the record itself stays as it is."""

    finding: Annotated[
        Literal["fine", "look-into-it", "withdrawn"],
        says(
            "fine: nothing is wrong; look-into-it: it stays open; withdrawn: the record was withdrawn because of it",
            "fine",
        ),
    ]
    why: Annotated[str, says("In words, without names.", "A camp at the school", min_length=5, max_length=300)]


class FlagOut(msgspec.Struct, frozen=True, kw_only=True):
    """Something that looks odd; ``seen`` and ``allowed`` where a limit of the drive was passed."""

    id: UUID
    drive_id: UUID
    rule: str
    about: Literal["record", "vistarak", "device"]
    subject_id: UUID
    record_id: UUID | None
    unit_id: UUID
    day: date
    seen: int | None
    allowed: int | None
    found_at: datetime
    finding: Literal["fine", "look-into-it", "withdrawn"] | None
    reason: str | None
    decided_by: UUID | None
    decided_at: datetime | None


class FlagPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page; ``next`` is null on the last."""

    items: list[FlagOut]
    next: str | None


class FlagNumbersOut(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's flags with all below it: ``open`` is what nobody has called fine or withdrawn."""

    unit_id: UUID
    level: str
    name_hi: str
    name_en: str
    closed: bool
    flagged: int
    settled: int
    open: int


class LimitsOut(msgspec.Struct, frozen=True, kw_only=True):
    """From where on something in a drive is flagged."""

    per_vistarak_hour: int
    per_device_hour: int
    per_place_day: int
    per_phone: int
    clock_skew_minutes: int
    accuracy_m: int
    unconfirmed_days: int


class LimitsPatch(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits to change; what is not named stays."""

    per_vistarak_hour: Annotated[
        _Bound | None, Meta(description="Records of one vistarak in an hour.", examples=[40])
    ] = None
    per_device_hour: Annotated[_Bound | None, Meta(description="Records of one device in an hour.", examples=[80])] = (
        None
    )
    per_place_day: Annotated[
        _Bound | None, Meta(description="Records within a hundred metres in a day.", examples=[200])
    ] = None
    per_phone: Annotated[_Bound | None, Meta(description="Records that share one phone.", examples=[6])] = None
    clock_skew_minutes: Annotated[
        _Bound | None, Meta(description="By how much a clock may be wrong.", examples=[60])
    ] = None
    accuracy_m: Annotated[_Bound | None, Meta(description="How rough a place may be.", examples=[2_000])] = None
    unconfirmed_days: Annotated[
        _Bound | None, Meta(description="Days until a consent is confirmed.", examples=[14])
    ] = None


class LimitChangeIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Other limits for a drive, and why."""

    limits: Annotated[LimitsPatch, Meta(description="From where on something looks odd; what is not named stays.")]
    why: Annotated[str, Meta(description=ACCEPTED["why"], examples=["Camps at schools"], min_length=5, max_length=300)]


class LimitChangeOut(msgspec.Struct, frozen=True, kw_only=True):
    """One change of the limits: who made it, when, and why."""

    at: datetime
    person_id: UUID
    office: str
    why: str
    before: LimitsOut
    after: LimitsOut


class LimitChangesOut(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of a drive as they are, and the latest 100 changes, newest first."""

    limits: LimitsOut
    items: list[LimitChangeOut]


class FlagCountsOut(msgspec.Struct, frozen=True, kw_only=True):
    """The unit, the units right below it, and the drive's limits."""

    limits: LimitsOut
    unit: FlagNumbersOut
    children: list[FlagNumbersOut]


class FenceSheetIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sheet of fences."""

    csv: Annotated[
        str,
        says(
            "CSV with the columns unit (its path) and either latitude, longitude and radius_m, or ring: corners as"
            " latitude and longitude with semicolons between. A row with none takes the fence away."
            f" At most {MOST_ROWS:,} rows.",
            _SHEET,
            min_length=1,
            max_length=MOST_LETTERS,
        ),
    ]
    dry_run: Annotated[bool, Meta(description="Say what it would do, and write nothing.")] = False
    only_valid: Annotated[
        bool, Meta(description="Take the rows that can be when some cannot; else all or nothing.")
    ] = False


class FenceRejectOut(msgspec.Struct, frozen=True, kw_only=True):
    """A row that cannot be, and what would be accepted."""

    line: int
    reason: str
    detail_hi: str
    detail_en: str


class FenceImportOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a sheet amounts to; ``rejects_csv`` may be corrected and sent again."""

    dry_run: bool
    applied: bool
    fenced: int
    unfenced: int
    rejected: int
    rejects: list[FenceRejectOut]
    rejects_csv: str


class FenceOut(msgspec.Struct, frozen=True, kw_only=True):
    """Where a unit lies: a centre with its radius, or the corners of a ring as latitude and longitude."""

    unit_id: UUID
    latitude: float | None
    longitude: float | None
    radius_m: int | None
    ring: list[list[float]] | None
    changed_at: datetime


class FencePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page; ``next`` is null on the last."""

    items: list[FenceOut]
    next: str | None
