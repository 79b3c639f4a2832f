"""What the registry's routes take and give, as msgspec types; nothing here says how a record is kept."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from sangathan_registry.domain.addresses import LONGEST_ADDRESS
from sangathan_registry.domain.card import member_number
from sangathan_registry.domain.particulars import ACCEPTED
from sangathan_registry.domain.sync import MOST_RECORDS


def _takes(field: str, example: Any = None, **more: Any) -> Meta:
    return Meta(description=ACCEPTED[field], examples=None if example is None else [example], **more)


Moment = Annotated[datetime, Meta(tz=True)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Relation = Literal["father", "husband", "mother"]
Gender = Literal["female", "male", "other"]
Year = Annotated[int, Meta(ge=1900, le=2200)]
Phone = Annotated[str, Meta(min_length=10, max_length=24)]
NameHi = Annotated[Name | None, _takes("name_hi", "रमेश नमूना")]
NameEn = Annotated[Name | None, _takes("name_en", "Ramesh Namuna")]
RelationType = Annotated[Relation | None, _takes("relation_type", "father")]
RelationName = Annotated[Name | None, _takes("relation_name", "पूर्वज नमूना")]
GenderField = Annotated[Gender | None, _takes("gender", "female")]
BirthYear = Annotated[Year | None, _takes("birth_year", 1985)]
BirthDate = Annotated[date | None, _takes("birth_date", "1985-03-12")]
AgeBand = Annotated[Literal["18-24", "25-34", "35-44", "45-54", "55-64", "65+"] | None, _takes("age_band", "35-44")]
AddressField = Annotated[
    Annotated[str, Meta(min_length=1, max_length=LONGEST_ADDRESS)] | None, _takes("address", "मकान 12\nनमूना टोला")
]
PinField = Annotated[Annotated[str, Meta(min_length=6, max_length=12)] | None, _takes("pin", "470661")]
EpicField = Annotated[Annotated[str, Meta(min_length=10, max_length=20)] | None, _takes("epic", "ABC1234566")]
PhoneField = Annotated[Phone | None, _takes("phone", "+916000000001")]
UnitField = Annotated[UUID, _takes("unit_id", "0c7d4e9a-5b0f-5a53-8f6b-2d9f3a1c6e77")]
Limit = Annotated[int, Meta(ge=1, le=200, description="Rows per page.")]
CursorField = Annotated[Annotated[str, Meta(max_length=1000)] | None, _takes("cursor")]
CardField = Annotated[
    Annotated[str, Meta(min_length=10, max_length=1000)] | None, _takes("card", member_number(10000001))
]
Purpose = Annotated[str, _takes("purpose", "A shopkeeper asks whether this is a worker", min_length=5, max_length=300)]


class In(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body; an unknown field is a mistake that must not pass in silence."""


class ConsentIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The consent that was given."""

    purpose: Annotated[Literal["membership"], _takes("consent/purpose")]
    notice_version: Annotated[str, _takes("consent/notice_version", "1", min_length=1, max_length=20)]
    language: Annotated[str, _takes("consent/language", "hi", min_length=2, max_length=3)]
    how: Annotated[Literal["written", "spoken", "code"], _takes("consent/how")]
    given_at: Annotated[Moment, _takes("consent/given_at", "2022-01-20T09:00:00+05:30")]


class WorkerIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A worker to put on record."""

    unit_id: UnitField
    name_hi: NameHi = None
    name_en: NameEn = None
    relation_type: RelationType = None
    relation_name: RelationName = None
    gender: GenderField = None
    birth_year: BirthYear = None
    birth_date: BirthDate = None
    age_band: AgeBand = None
    phone: PhoneField = None
    address: AddressField = None
    pin: PinField = None
    epic: EpicField = None
    consent: ConsentIn


class EvidenceIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the device was."""

    latitude: Annotated[float, _takes("evidence/latitude", 23.83, ge=-90, le=90)]
    longitude: Annotated[float, _takes("evidence/longitude", 79.44, ge=-180, le=180)]
    accuracy_m: Annotated[float, _takes("evidence/accuracy_m", 25, ge=0, le=100_000)]


class RecordIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A record captured on a device."""

    id: Annotated[UUID, _takes("id", "017e7a8c-1f40-7b6e-9c3d-5a2b1c0d9e8f")]
    unit_id: UnitField
    name_hi: NameHi = None
    name_en: NameEn = None
    relation_type: RelationType = None
    relation_name: RelationName = None
    gender: GenderField = None
    birth_year: BirthYear = None
    birth_date: BirthDate = None
    age_band: AgeBand = None
    phone: PhoneField = None
    address: AddressField = None
    pin: PinField = None
    epic: EpicField = None
    captured_at: Annotated[Moment, _takes("captured_at", "2022-01-20T09:00:00+05:30")]
    consent: ConsentIn
    form_version_id: Annotated[UUID | None, _takes("form_version_id")] = None
    answers: Annotated[dict[str, Any] | None, _takes("answers", {"education": "graduate"})] = None
    evidence: Annotated[EvidenceIn | None, _takes("evidence")] = None
    serial: Annotated[Annotated[str, Meta(min_length=1, max_length=120)] | None, _takes("serial")] = None


BatchId = Annotated[UUID | None, _takes("batch_id")]
DeviceId = Annotated[UUID | None, _takes("device_id")]
DriveId = Annotated[UUID | None, _takes("drive_id")]
Collected = Annotated[dict[UUID, Annotated[int, Meta(ge=0, le=100_000)]], _takes("collected", max_length=1000)]
SentAt = Annotated[Moment | None, _takes("sent_at")]
_MANY = Meta(min_length=1, max_length=MOST_RECORDS, description=ACCEPTED["records"])


class BatchIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A batch as it is read: each record stays as it came, so that a bad one rejects nobody else's."""

    batch_id: BatchId = None
    device_id: DeviceId = None
    drive_id: DriveId = None
    sent_at: SentAt = None
    collected: Collected = {}
    records: Annotated[list[msgspec.Raw], _MANY]


class DescribedBatch(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A batch as it is described."""

    batch_id: BatchId = None
    device_id: DeviceId = None
    drive_id: DriveId = None
    sent_at: SentAt = None
    collected: Collected = {}
    records: Annotated[list[RecordIn], _MANY]


class WorkerPatch(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to correct; what is left out stays, null takes away."""

    name_hi: NameHi | UnsetType = UNSET
    name_en: NameEn | UnsetType = UNSET
    relation_type: RelationType | UnsetType = UNSET
    relation_name: RelationName | UnsetType = UNSET
    gender: GenderField | UnsetType = UNSET
    birth_year: BirthYear | UnsetType = UNSET
    birth_date: BirthDate | UnsetType = UNSET
    age_band: AgeBand | UnsetType = UNSET
    phone: PhoneField | UnsetType = UNSET
    address: AddressField | UnsetType = UNSET
    pin: PinField | UnsetType = UNSET
    epic: EpicField | UnsetType = UNSET


class WithdrawalIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a record is withdrawn."""

    reason: Annotated[Literal["consent-withdrawn", "left", "deceased", "recorded-wrongly"], _takes("reason")] = (
        "consent-withdrawn"
    )


class SearchIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to look for within the scope; in the body, because a name or a phone number does not belong in a URL."""

    name: Annotated[Name | None, _takes("name", "रमेश")] = None
    phone: PhoneField = None
    card: CardField = None
    unit_id: Annotated[UUID | None, _takes("unit_id")] = None
    match: Annotated[Literal["beginning", "sound"], _takes("match", "sound")] = "beginning"
    limit: Limit = 50
    cursor: CursorField = None


class CrossCheckIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to look up in the whole state or nation, and why: worker_id, card, or any of name, phone, place, office."""

    purpose: Purpose
    name: Annotated[Name | None, _takes("name", "रमेश")] = None
    phone: PhoneField = None
    card: CardField = None
    place: Annotated[Annotated[str, Meta(min_length=2, max_length=120)] | None, _takes("place", "Damoh")] = None
    office: Annotated[
        Annotated[str, Meta(min_length=2, max_length=120)] | None, _takes("office", "booth-president")
    ] = None
    worker_id: Annotated[UUID | None, _takes("worker_id")] = None
    unit_id: Annotated[UUID | None, _takes("unit_id")] = None


class QuestionIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to ask about: exactly one of phone, card and worker_id."""

    phone: PhoneField = None
    card: CardField = None
    worker_id: Annotated[UUID | None, _takes("worker_id")] = None


class WorkerOut(msgspec.Struct, frozen=True, kw_only=True):
    """A record as this caller may see it: without the class `contact` the phone shows its last two digits, without
    `sensitive` there is no birth year."""

    id: UUID
    unit_id: UUID
    name_hi: str | None
    name_en: str | None
    relation_type: str | None
    relation_name: str | None
    gender: str | None
    birth_year: int | None
    phone: str | None
    person_id: UUID | None
    captured_by: UUID | None
    captured_at: datetime
    source: str
    status: Literal["active", "withdrawn", "merged", "erased", "held"]
    version: int
    created_at: datetime
    changed_at: datetime
    merged_into: UUID | None


class WholeWorkerOut(WorkerOut, frozen=True, kw_only=True):
    """One record, whole: without the class `contact` there is neither address nor PIN, without `sensitive` no day of
    birth, age band or EPIC. ``member_number`` is that of the card which is good, or null."""

    birth_date: str | None
    age_band: str | None
    address: str | None
    pin: str | None
    epic: str | None
    member_number: str | None


class WorkerPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page; ``next`` is null on the last."""

    items: list[WorkerOut]
    next: str | None


class FaultOut(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a record, and where."""

    pointer: str
    detail: str


class ResultOut(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one record; ``id`` is null when none could be read."""

    id: UUID | None
    outcome: Literal["accepted", "already-there", "rejected", "needs-review"]
    status: int
    reason: str | None
    errors: list[FaultOut]
    sha256: str
    nonce: str
    standing: Literal["on-record", "held", "rejected"]


class BatchOut(msgspec.Struct, frozen=True, kw_only=True):
    """One result per record, in the order of the records, and the receipt that is signed over all of them."""

    batch_id: UUID
    results: list[ResultOut]
    receipt: str


class CountOut(msgspec.Struct, frozen=True, kw_only=True):
    """Workers on record at a unit and below."""

    unit_id: UUID
    level: str
    name_hi: str
    name_en: str
    active: int


class CountsOut(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's number, and those of the units right below it."""

    unit_id: UUID
    level: str
    name_hi: str
    name_en: str
    active: int
    children: list[CountOut]


class MatchOut(WorkerOut, frozen=True, kw_only=True):
    """A record that was found; ``photo`` is where its photo can be seen under the purpose of this look-up for an hour,
    or null when there is none or the office sees none."""

    photo: str | None


class CrossCheckOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who was found; ``more`` says that there are more than these 50, so that the look-up should be narrowed."""

    on_record: bool
    matches: list[MatchOut]
    more: bool


class UnitOut(msgspec.Struct, frozen=True, kw_only=True):
    """A unit by its names."""

    id: UUID
    name_hi: str
    name_en: str


class AnswerOut(msgspec.Struct, frozen=True, kw_only=True):
    """Yes with unit and status, or no; never a record."""

    one_of_ours: bool
    unit: UnitOut | None
    status: Literal["active"] | None


class AuditEntryOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who did, looked up or was refused what, under which office, and why."""

    id: UUID
    at: datetime
    unit_id: UUID | None
    person_id: UUID | None
    appointment_id: UUID | None
    office: str
    action: str
    outcome: str
    worker_id: UUID | None
    batch_id: UUID | None
    device_id: UUID | None
    records: int | None
    purpose: str | None
    fields: list[str] | None


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page, newest first; ``next`` is null on the last."""

    items: list[AuditEntryOut]
    next: str | None


class EvidenceOut(msgspec.Struct, frozen=True, kw_only=True):
    """How much speaks for one person, in bits; what contradicts is negative."""

    name: float
    relation: float
    birth_year: float
    phone: float
    place: float
    gender: float
    bits: float
