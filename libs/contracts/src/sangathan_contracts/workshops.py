"""What workshops publishes."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sangathan_contracts.envelope import Event


class InvitationIssued(Event, frozen=True, kw_only=True):
    """A person was invited to a workshop by their office at a unit."""

    type: ClassVar[str] = "workshops.invitation.issued.v1"
    invitation_id: UUID
    workshop_id: UUID
    person_id: UUID
    unit_id: UUID
    held_on: date
    venue_hi: str
    venue_en: str


class InvitationAnswered(Event, frozen=True, kw_only=True):
    """An invitee accepted or declined."""

    type: ClassVar[str] = "workshops.invitation.answered.v1"
    invitation_id: UUID
    workshop_id: UUID
    person_id: UUID
    answer: str
    version: int


class AttendanceRecorded(Event, frozen=True, kw_only=True):
    """An invitee was seen at the door."""

    type: ClassVar[str] = "workshops.attendance.recorded.v1"
    invitation_id: UUID
    workshop_id: UUID
    person_id: UUID
    seen_at: datetime


class PersonErased(Event, frozen=True, kw_only=True):
    """This service has purged what it held about an erased person: how many rows, by table."""

    type: ClassVar[str] = "workshops.person.erased.v1"
    erasure_id: UUID
    removed: dict[str, int]
    at: datetime


class TrailSealed(Event, frozen=True, kw_only=True):
    """The head of this service's audit trail: its newest link's number, and its SHA-256 in hex."""

    type: ClassVar[str] = "workshops.trail.sealed.v1"
    seq: int
    hash: str
    at: datetime
