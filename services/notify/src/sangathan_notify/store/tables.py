"""The tables of inboxes, deliveries and broadcasts; `migrations` is what makes them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


def _moment(*, nullable: bool = False) -> "sa.Column[datetime]":
    return sa.Column(sa.DateTime(timezone=True), nullable=nullable)


class InboxMessageRow(SQLModel, table=True):
    """A message in somebody's inbox, rendered when it was made; ``dedupe_key`` lets it be made only once."""

    __tablename__ = "inbox_messages"
    id: UUID = Field(primary_key=True)
    recipient_id: UUID
    kind: str
    dedupe_key: str = Field(unique=True)
    title_hi: str
    title_en: str
    body_hi: str
    body_en: str
    refs: dict[str, Any] = Field(sa_column=sa.Column(JSONB, nullable=False))
    created_at: datetime = Field(sa_column=_moment())
    read_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    version: int = 1


class DeliveryRow(SQLModel, table=True):
    """One message on one channel to one person, with its present state and, when skipped or failed, the reason."""

    __tablename__ = "deliveries"
    id: UUID = Field(primary_key=True)
    message_id: UUID = Field(foreign_key="inbox_messages.id")
    person_id: UUID
    channel: str
    state: str
    reason: str | None = None
    changed_at: datetime = Field(sa_column=_moment())


class DeliveryStateRow(SQLModel, table=True):
    """A state that a delivery has been in."""

    __tablename__ = "delivery_states"
    delivery_id: UUID = Field(primary_key=True, foreign_key="deliveries.id")
    number: int = Field(primary_key=True)
    state: str
    reason: str | None = None
    at: datetime = Field(sa_column=_moment())


class BroadcastRow(SQLModel, table=True):
    """What was said to a unit; ``seq`` rises by one in commit order."""

    __tablename__ = "broadcasts"
    id: UUID = Field(primary_key=True)
    seq: int = Field(sa_column=sa.Column(sa.BigInteger, nullable=False, unique=True))
    unit_id: UUID
    path: str
    title_hi: str
    title_en: str
    body_hi: str
    body_en: str
    sent_by: UUID
    appointment_id: UUID | None = None
    sent_at: datetime = Field(sa_column=_moment())
