"""The access file: everything held about a person, for machines; `access_page` says the same to people."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec


class HeldRecordOut(msgspec.Struct, frozen=True, kw_only=True):
    """A record of the person, unmasked; merged ones stand beside the one that was kept."""

    id: UUID
    unit_id: UUID
    unit_hi: str | None
    unit_en: str | None
    name_hi: str | None
    name_en: str | None
    relation_type: str | None
    relation_name: str | None
    gender: str | None
    birth_year: int | None
    birth_date: str | None
    age_band: str | None
    phone: str | None
    address: str | None
    pin: str | None
    epic: str | None
    captured_at: datetime
    source: str
    status: str
    created_at: datetime
    changed_at: datetime
    merged_into: UUID | None


class HeldConsentOut(msgspec.Struct, frozen=True, kw_only=True):
    """To what the person has agreed, on which notice."""

    worker_id: UUID
    purpose: str
    notice_version: str
    language: str
    how: str
    given_at: datetime
    taken_by: UUID | None
    withdrawn_at: datetime | None
    confirmed_at: datetime | None
    confirmed_how: str | None
    hash: str


class HeldAskingOut(msgspec.Struct, frozen=True, kw_only=True):
    """Whether and when the person was asked to confirm what they agreed to."""

    worker_id: UUID
    state: str
    asked_at: datetime
    sent_at: datetime | None
    sends: int


class HeldGrievanceOut(msgspec.Struct, frozen=True, kw_only=True):
    """What the person asked or complained of, and the answer."""

    worker_id: UUID
    reference: str
    kind: str
    status: str
    opened_at: datetime
    due_at: datetime
    answered_at: datetime | None
    content: dict[str, Any]


class HeldAnswersOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a drive asked, as the person answered, and where the device was."""

    record_id: UUID
    name_hi: str
    name_en: str
    captured_at: datetime
    received_at: datetime
    serial: str | None
    content: dict[str, Any]


class HeldChangeOut(msgspec.Struct, frozen=True, kw_only=True):
    """A change of the record: when, what, under which office, and what stood there before."""

    worker_id: UUID
    version: int
    at: datetime
    act: str
    office: str
    note: str | None
    content: dict[str, Any]


class HeldAnswerChangeOut(msgspec.Struct, frozen=True, kw_only=True):
    """A correction of what a drive asked: when, under which office, and what was answered before."""

    record_id: UUID
    at: datetime
    office: str
    content: dict[str, Any]


class HeldReceiptOut(msgspec.Struct, frozen=True, kw_only=True):
    """When a device brought the record in."""

    record_id: UUID
    batch_id: UUID
    received_at: datetime


class HeldImportOut(msgspec.Struct, frozen=True, kw_only=True):
    """A list that the record came by, on what basis it was held, and the office that it names."""

    worker_id: UUID
    import_id: UUID
    outcome: str
    basis: str
    created_at: datetime
    content: dict[str, Any]


class HeldBackOut(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the record that was received and not accepted; its body is sealed until somebody decides."""

    record_id: UUID
    outcome: str
    reason: str
    received_at: datetime
    decision: str | None


class HeldFlagOut(msgspec.Struct, frozen=True, kw_only=True):
    """What looked odd about a drive's record, or about what the person captured, and what an office-bearer found.

    ``seen`` and ``allowed`` say by how much a limit was passed.
    """

    about: str
    record_id: UUID | None
    rule: str
    day: date
    seen: int | None
    allowed: int | None
    found_at: datetime
    finding: str | None
    reason: str | None
    decided_at: datetime | None


class HeldPairOut(msgspec.Struct, frozen=True, kw_only=True):
    """That the record was held against another that may tell of the same person."""

    id: UUID
    worker_id: UUID
    status: str
    found_at: datetime
    decided_at: datetime | None
    undone_at: datetime | None


class HeldCardOut(msgspec.Struct, frozen=True, kw_only=True):
    """A membership card."""

    id: UUID
    worker_id: UUID
    number: str | None
    issued_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    end_reason: str | None


class HeldTransferOut(msgspec.Struct, frozen=True, kw_only=True):
    """That the record was to go from one unit to another, and what came of it."""

    id: UUID
    worker_id: UUID
    from_hi: str
    from_en: str
    to_hi: str
    to_en: str
    cause: str
    state: str
    asked_office: str
    asked_at: datetime
    decided_office: str | None
    decided_at: datetime | None


class HeldPhotoOut(msgspec.Struct, frozen=True, kw_only=True):
    """A photo, with the picture itself as a `data:` URI (RFC 2397)."""

    worker_id: UUID
    put_at: datetime
    width: int
    height: int
    picture: str


class HeldConsentEvidenceOut(msgspec.Struct, frozen=True, kw_only=True):
    """A signature or photo by which the person agreed, with the picture itself as a `data:` URI (RFC 2397)."""

    worker_id: UUID
    kind: str
    put_at: datetime
    width: int
    height: int
    picture: str


class HeldOfficeOut(msgspec.Struct, frozen=True, kw_only=True):
    """An office held."""

    office: str
    name_hi: str
    name_en: str
    valid_from: datetime
    valid_to: datetime | None
    ended_at: datetime | None


class LookedOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who did or looked up what about the person: by office and unit, the newest 500."""

    at: datetime
    action: str
    office: str
    name_hi: str | None
    name_en: str | None
    purpose: str | None
    fields: list[str] | None


class AccessFileOut(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the registry holds about a person; ``elsewhere`` says where the other services answer for theirs."""

    made_at: datetime
    records: list[HeldRecordOut]
    consents: list[HeldConsentOut]
    askings: list[HeldAskingOut]
    grievances: list[HeldGrievanceOut]
    answers: list[HeldAnswersOut]
    answer_changes: list[HeldAnswerChangeOut]
    changes: list[HeldChangeOut]
    receipts: list[HeldReceiptOut]
    imports: list[HeldImportOut]
    held: list[HeldBackOut]
    flags: list[HeldFlagOut]
    pairs: list[HeldPairOut]
    cards: list[HeldCardOut]
    transfers: list[HeldTransferOut]
    photos: list[HeldPhotoOut]
    consent_evidence: list[HeldConsentEvidenceOut]
    offices: list[HeldOfficeOut]
    looked: list[LookedOut]
    elsewhere: list[str]
