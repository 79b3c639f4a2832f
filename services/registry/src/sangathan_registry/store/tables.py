"""The registry's tables. Every row that belongs to a unit carries the unit's id and its path, the key of the scope."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

AT = sa.DateTime(timezone=True)


class WorkerRow(SQLModel, table=True):
    """A worker; what names and year do not say is sealed, a phone is found by its blind index, and a withdrawn row
    keeps nothing personal."""

    __tablename__ = "workers"
    id: UUID = Field(primary_key=True)
    unit_id: UUID
    path: str
    name_key: str
    name_key_en: str
    name_hi: str | None
    name_en: str | None
    relation_type: str | None
    relation_name: str | None
    gender: str | None
    birth_year: int | None
    phone: bytes | None
    phone_index: bytes | None
    person_id: UUID | None
    captured_by: UUID | None
    captured_at: datetime = Field(sa_type=AT)
    source: str
    status: str
    version: int
    created_at: datetime = Field(sa_type=AT)
    changed_at: datetime = Field(sa_type=AT)
    merged_into: UUID | None = None
    sealed: bytes | None = None


class ConsentRow(SQLModel, table=True):
    """A consent artefact; ``taken_by`` is null for those that came with an import."""

    __tablename__ = "consents"
    worker_id: UUID = Field(primary_key=True)
    purpose: str = Field(primary_key=True)
    path: str
    notice_version: str
    language: str
    how: str
    given_at: datetime = Field(sa_type=AT)
    taken_by: UUID | None
    hash: bytes
    withdrawn_at: datetime | None = Field(default=None, sa_type=AT)
    earlier: list[dict[str, Any]] = Field(default_factory=list, sa_column=sa.Column(JSONB, nullable=False))
    confirmed_at: datetime | None = Field(default=None, sa_type=AT)
    confirmed_how: str | None = None


class ReceiptRow(SQLModel, table=True):
    """A record that came by sync and was accepted; the keyed hash of its body tells a re-send from another body."""

    __tablename__ = "receipts"
    record_id: UUID = Field(primary_key=True)
    batch_id: UUID
    unit_id: UUID
    path: str
    body_hash: bytes
    sent_by: UUID
    received_at: datetime = Field(sa_type=AT)


class RejectedRecordRow(SQLModel, table=True):
    """A record that was received and could not be accepted: kept, sealed, with its reasons, until somebody decides."""

    __tablename__ = "rejected_records"
    id: UUID = Field(primary_key=True)
    record_id: UUID | None
    batch_id: UUID
    unit_id: UUID
    path: str
    body_hash: bytes
    body: bytes
    reason: str
    errors: list[dict[str, str]] = Field(sa_type=JSONB)
    sent_by: UUID
    received_at: datetime = Field(sa_type=AT)
    drive_id: UUID | None = None
    device_id: UUID | None = None
    outcome: str = "rejected"
    decision: str | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = Field(default=None, sa_type=AT)
    vistarak_id: UUID | None = None


class AssignmentRow(SQLModel, table=True):
    """A booth that a vistarak captures in, for a time."""

    __tablename__ = "assignments"
    id: UUID = Field(primary_key=True)
    appointment_id: UUID
    person_id: UUID
    unit_id: UUID
    path: str
    valid_from: datetime = Field(sa_type=AT)
    valid_to: datetime | None = Field(default=None, sa_type=AT)
    assigned_by: UUID | None
    created_at: datetime = Field(sa_type=AT)
    ended_by: UUID | None = None
    ended_at: datetime | None = Field(default=None, sa_type=AT)


class AuditEntryRow(SQLModel, table=True):
    """Who did or looked up what, under which office, and why; the app role can add rows and change nothing in them."""

    __tablename__ = "audit_entries"
    id: UUID = Field(primary_key=True)
    at: datetime = Field(sa_type=AT)
    unit_id: UUID | None
    path: str
    person_id: UUID | None
    appointment_id: UUID | None
    office: str
    action: str
    outcome: str = "done"
    session_id: UUID | None = None
    subject_id: UUID | None = None
    request_id: str = ""
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=sa.Column(JSONB, nullable=False))
    worker_id: UUID | None = None
    batch_id: UUID | None = None
    device_id: UUID | None = None
    records: int | None = None
    purpose: str | None = None
    fields: list[str] | None = Field(default=None, sa_column=sa.Column(sa.ARRAY(sa.Text())))


class CountDeltaRow(SQLModel, table=True):
    """What a write added to a unit's number of workers, until the folding takes it in."""

    __tablename__ = "count_deltas"
    id: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True))
    path: str
    delta: int


class UnitCountRow(SQLModel, table=True):
    """How many workers a unit and all below it had when last folded."""

    __tablename__ = "unit_counts"
    path: str = Field(primary_key=True)
    workers: int = Field(sa_type=sa.BigInteger)


class QuestionTallyRow(SQLModel, table=True):
    """How often a person has asked 'is this one of ours?' on a day (UTC)."""

    __tablename__ = "question_tallies"
    person_id: UUID = Field(primary_key=True)
    day: date = Field(primary_key=True)
    asked: int


TABLES: tuple[type[Any], ...] = (
    WorkerRow,
    ConsentRow,
    ReceiptRow,
    RejectedRecordRow,
    AssignmentRow,
    AuditEntryRow,
    CountDeltaRow,
    UnitCountRow,
    QuestionTallyRow,
)
"""Every table of the registry's own, which a test compares with what the migrations make."""
