"""What notify publishes: the stream repeats broadcasts on core NATS below ``cast.``, where the live edges listen."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sangathan_contracts.envelope import Event

CAST_SUBJECTS = "cast.>"


class BroadcastSent(Event, frozen=True, kw_only=True):
    """A message to everybody at a unit and below; ``seq`` rises by one with each broadcast of the whole system."""

    type: ClassVar[str] = "notify.broadcast.sent.v1"
    broadcast_id: UUID
    seq: int
    unit_id: UUID
    path: str
    title_hi: str
    title_en: str
    body_hi: str
    body_en: str
    sent_at: datetime


class PersonErased(Event, frozen=True, kw_only=True):
    """This service has purged what it held about an erased person: how many rows, by table."""

    type: ClassVar[str] = "notify.person.erased.v1"
    erasure_id: UUID
    removed: dict[str, int]
    at: datetime


class TrailSealed(Event, frozen=True, kw_only=True):
    """The head of this service's audit trail: its newest link's number, and its SHA-256 in hex."""

    type: ClassVar[str] = "notify.trail.sealed.v1"
    seq: int
    hash: str
    at: datetime
