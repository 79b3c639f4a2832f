"""The tables of plans, workshops, invitations and attendance; `migrations` is what makes them."""

from datetime import date, datetime, time
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


def _moment(*, nullable: bool = False) -> "sa.Column[datetime]":
    return sa.Column(sa.DateTime(timezone=True), nullable=nullable)


class PlanRow(SQLModel, table=True):
    """A plan at the unit whose units it calls together."""

    __tablename__ = "plans"
    id: UUID = Field(primary_key=True)
    unit_id: UUID
    path: str
    name_hi: str
    name_en: str
    created_by: UUID
    created_at: datetime = Field(sa_column=_moment())
    version: int = 1


class RoundRow(SQLModel, table=True):
    """One round of a plan: every unit of its level is called once."""

    __tablename__ = "rounds"
    id: UUID = Field(primary_key=True)
    plan_id: UUID = Field(foreign_key="plans.id")
    number: int
    level: str


class WorkshopRow(SQLModel, table=True):
    """A workshop: a day and a venue; hour, capacity and trainer may not be known yet."""

    __tablename__ = "workshops"
    id: UUID = Field(primary_key=True)
    plan_id: UUID = Field(foreign_key="plans.id")
    round_id: UUID = Field(foreign_key="rounds.id")
    path: str
    held_on: date
    venue_hi: str
    venue_en: str
    hour: time | None = None
    capacity: int | None = None
    trainer: str | None = None
    version: int = 1


class AllocationRow(SQLModel, table=True):
    """A unit called to a workshop, once per round, with the counts of its own people."""

    __tablename__ = "allocations"
    round_id: UUID = Field(primary_key=True, foreign_key="rounds.id")
    unit_id: UUID = Field(primary_key=True)
    plan_id: UUID = Field(foreign_key="plans.id")
    workshop_id: UUID = Field(foreign_key="workshops.id")
    path: str
    invited: int = 0
    accepted: int = 0
    declined: int = 0
    attended: int = 0


class InvitationRow(SQLModel, table=True):
    """A person invited by their office at an allocated unit, once per workshop."""

    __tablename__ = "invitations"
    id: UUID = Field(primary_key=True)
    workshop_id: UUID = Field(foreign_key="workshops.id")
    round_id: UUID = Field(foreign_key="rounds.id")
    unit_id: UUID
    path: str
    person_id: UUID
    office: str
    answer: str | None = None
    invited_by: UUID
    invited_at: datetime = Field(sa_column=_moment())
    answered_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    attended_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    version: int = 1


class AttendanceRow(SQLModel, table=True):
    """An invitee seen at the door; the first one counts, later ones are kept as duplicates."""

    __tablename__ = "attendances"
    id: UUID = Field(primary_key=True)
    invitation_id: UUID = Field(foreign_key="invitations.id")
    workshop_id: UUID = Field(foreign_key="workshops.id")
    unit_id: UUID
    path: str
    seen_at: datetime = Field(sa_column=_moment())
    recorded_at: datetime = Field(sa_column=_moment())
    recorded_by: UUID
    duplicate: bool
