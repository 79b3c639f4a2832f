"""What the routes of forms, drives, and held records take and give."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, field

from sangathan_registry.api.schemas import In, Moment, RecordIn, UnitField
from sangathan_registry.domain.particulars import ACCEPTED
from sangathan_registry.domain.sync import MOST_RECORDS

Text = Annotated[str, Meta(min_length=1, max_length=200)]
_Length = Annotated[int, Meta(ge=1, le=500)]
_Pattern = Annotated[str, Meta(min_length=1, max_length=200)]
_ID = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$", description="A name of small Latin letters.")]


def says(text: str, example: Any = None, **more: Any) -> Meta:
    """What a field is, with an example and its bounds."""
    return Meta(description=text, examples=None if example is None else [example], **more)


class LabelIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words for people, in both languages."""

    hi: Annotated[Text, says("Hindi", "शिक्षा")]
    en: Annotated[Text, says("English", "Education")]


class ChoiceIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer to choose."""

    id: _ID
    label: Annotated[LabelIn, says("Its words.")]


class ConditionIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Holds when the earlier question has one of these answers."""

    question: _ID
    is_: Annotated[list[str | int | bool], says("The answers.", min_length=1, max_length=50)] = field(name="is")


class QuestionIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question."""

    id: _ID
    label: Annotated[LabelIn, says("Its words.")]
    type: Annotated[
        Literal["text", "integer", "decimal", "boolean", "date", "choice", "choices"],
        says("What an answer is.", "choice"),
    ]
    choices: Annotated[list[ChoiceIn], says("The answers to choose from.", max_length=200)] = field(
        default_factory=list
    )
    primary_at: Annotated[list[str], says("Levels at which an answer is needed.", ["booth"], max_length=20)] = field(
        default_factory=list
    )
    topic: Annotated[Literal["caste", "religion", "health"] | None, says("caste, religion or health; or null")] = None
    field_class: Annotated[
        Literal["open", "contact", "sensitive"] | None,
        says("Who sees the answers: open, contact or sensitive, as for fields of a record; null for contact.", "open"),
    ] = None
    condition: Annotated[ConditionIn | None, says("When it is asked; null for always.")] = None
    least: Annotated[int | float | None, says("The smallest number that is taken; of integer and decimal.", 1)] = None
    most: Annotated[int | float | None, says("The largest number that is taken; of integer and decimal.", 20)] = None
    shortest: Annotated[_Length | None, says("The fewest letters that are taken; of text.", 2)] = None
    longest: Annotated[_Length | None, says("The most letters that are taken; of text.", 40)] = None
    pattern: Annotated[
        _Pattern | None, says("A regular expression that the whole answer matches; of text.", "[0-9]{6}")
    ] = None


class SectionIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Questions that belong together."""

    label: Annotated[LabelIn, says("Its heading.")]
    questions: Annotated[list[QuestionIn], says("The questions in order.", min_length=1, max_length=100)]
    condition: Annotated[ConditionIn | None, says("When it is asked; null for always.")] = None


class PurposeIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a sensitive topic is collected."""

    topic: Annotated[Literal["caste", "religion", "health"], says("caste, religion or health")]
    purpose: Annotated[str, says("A sentence.", "Blood donors for emergencies", min_length=10, max_length=500)]


class DefinitionIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a form asks."""

    sections: Annotated[list[SectionIn], says("The sections in order.", min_length=1, max_length=30)]
    purposes: Annotated[list[PurposeIn], says("Why sensitive topics are collected.", max_length=10)] = field(
        default_factory=list
    )


class FormIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A form, or with ``form_id`` its next version; it begins as a draft."""

    unit_id: UnitField
    form_id: Annotated[UUID | None, says("The form whose next version this is; null for a new form.")] = None
    title: Annotated[LabelIn, says("Its title.")]
    definition: Annotated[DefinitionIn, says("What it asks.")]


class NothingIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An act that needs nothing said."""


class FormOut(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a form."""

    id: UUID
    form_id: UUID
    version: int
    unit_id: UUID
    status: Literal["draft", "published", "retired"]
    title_hi: str
    title_en: str
    definition: dict[str, Any]
    created_by: UUID
    published_by: UUID | None
    published_at: datetime | None
    retired_at: datetime | None


class SheetFaultOut(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a row of an XLSForm, and what would be accepted there."""

    sheet: Annotated[str, says("The sheet.", "survey")]
    row: Annotated[int, says("The row in the file; 0 for the sheet itself.", 7)]
    column: Annotated[str, says("The column as the file calls it.", "relevant")]
    reason: Annotated[str, says("A stable word for it.", "bad-relevant")]
    detail_hi: Annotated[str, says("What would be accepted.", "yes या no दें")]
    detail_en: Annotated[str, says("What would be accepted.", "takes yes or no")]


class FormImportOut(msgspec.Struct, frozen=True, kw_only=True):
    """What an XLSForm came to."""

    dry_run: bool
    applied: Annotated[bool, says("Whether the draft was made.")]
    sections: Annotated[int, says("Sections read.", 3)]
    questions: Annotated[int, says("Questions read.", 24)]
    rejected: Annotated[int, says("How much is wrong; the form is made when nothing is.", 0)]
    faults: Annotated[list[SheetFaultOut], says("What is wrong, up to 200 faults.")]
    form: Annotated[FormOut | None, says("The draft.")]


class FormPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page; ``next`` is null on the last."""

    items: list[FormOut]
    next: str | None


def _limit(text: str, example: int) -> Meta:
    return Meta(description=text, examples=[example], ge=1, le=1_000_000)


class LimitsIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From where on something in a drive looks odd; what is not named has its default."""

    per_vistarak_hour: Annotated[int, _limit("Records that one vistarak captures within an hour.", 30)] = 30
    per_device_hour: Annotated[int, _limit("Records that one device captures within an hour.", 60)] = 60
    per_place_day: Annotated[int, _limit("Records captured on one day within about a hundred metres.", 100)] = 100
    per_phone: Annotated[int, _limit("Records that share one phone.", 5)] = 5
    clock_skew_minutes: Annotated[int, _limit("By how much a device's clock may be wrong.", 60)] = 60
    accuracy_m: Annotated[int, _limit("How rough a place may be to count as one.", 2_000)] = 2_000
    unconfirmed_days: Annotated[int, _limit("Days until the person has confirmed their consent.", 14)] = 14


class DriveIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A drive over all booths of a unit."""

    unit_id: UnitField
    name: Annotated[LabelIn, says(ACCEPTED["drive/name"])]
    form_id: Annotated[UUID | None, says("The form; every published version is taken. Null for none.")] = None
    starts_at: Annotated[Moment, says("When it begins.", "2022-01-20T00:00:00+05:30")]
    ends_at: Annotated[Moment, says("When it ends.", "2022-01-31T00:00:00+05:30")]
    grace_until: Annotated[Moment, says("Until when what was captured may come in.", "2022-03-31T00:00:00+05:30")]
    target_per_booth: Annotated[int, says("Records each booth is to reach.", 12, ge=0, le=10_000)] = 0
    limits: Annotated[LimitsIn, says("From where on something looks odd; it is flagged, never refused.")] = LimitsIn()


class DriveOut(msgspec.Struct, frozen=True, kw_only=True):
    """A drive."""

    id: UUID
    unit_id: UUID
    name_hi: str
    name_en: str
    form_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    grace_until: datetime


class DrivePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page; ``next`` is null on the last."""

    items: list[DriveOut]
    next: str | None


class NumbersOut(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's numbers: ``received`` is accepted, rejected and waiting; ``outstanding`` what devices still hold."""

    unit_id: UUID
    level: str
    name_hi: str
    name_en: str
    target: int
    collected: int
    received: int
    accepted: int
    rejected: int
    waiting: int
    outstanding: int


class DayOut(msgspec.Struct, frozen=True, kw_only=True):
    """Records accepted that were captured on a day in India."""

    day: date
    accepted: int


class ProgressOut(msgspec.Struct, frozen=True, kw_only=True):
    """The unit, its days, and the units right below it, whose numbers add up to its own with those of its own rows."""

    unit: NumbersOut
    days: list[DayOut]
    children: list[NumbersOut]


class NearOut(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on record at the booth already."""

    id: UUID
    name_hi: str | None
    name_en: str | None
    relation_name: str | None


class PackOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a device needs at one booth without network; ``seal`` is a JWS over drive, unit and ``hash``."""

    drive: DriveOut
    unit_id: UUID
    unit_name_hi: str
    unit_name_en: str
    above: list[UUID]
    form: FormOut | None
    workers: list[NearOut]
    hash: str
    seal: str


class KeysOut(msgspec.Struct, frozen=True, kw_only=True):
    """Public keys (RFC 7517) that receipts and packs are verified with."""

    keys: list[dict[str, str]]


class PaperIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Records keyed from paper: credited to the vistarak who collected them, and to the clerk who keys them."""

    drive_id: Annotated[UUID, says("The drive.")]
    vistarak_id: Annotated[UUID, says("The person who collected them, assigned to the booth then.")]
    records: Annotated[list[RecordIn], says("The records, each with the serial of its paper.", max_length=MOST_RECORDS)]


class HeldOut(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was received and not accepted."""

    id: UUID
    record_id: UUID | None
    batch_id: UUID
    drive_id: UUID | None
    vistarak_id: Annotated[UUID | None, Meta(description="Who collected what was keyed from paper.")]
    unit_id: UUID
    outcome: str
    reason: str
    pointers: list[str]
    sent_by: UUID
    received_at: datetime
    decision: str | None
    decided_by: UUID | None
    decided_at: datetime | None


class HeldRecordOut(HeldOut, frozen=True, kw_only=True):
    """The same with the record."""

    record: Annotated[
        str | None,
        says("The record as it was sent, well-formed or not; null when nothing of it is kept any more.", '{"id": "…"}'),
    ]


class HeldPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page; ``next`` is null on the last."""

    items: list[HeldOut]
    next: str | None


class DecisionIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of a held record: it goes on record as it stands, or is not taken when it comes again either."""

    decision: Annotated[Literal["accepted", "dismissed"], says("accepted or dismissed", "dismissed")]
