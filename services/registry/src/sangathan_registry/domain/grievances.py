"""Grievances: what somebody whose data is kept may ask or complain of, and by when it is to be answered.

The kinds with their days are data (``grievance_kinds.toml``). Whoever files one gets a number to quote and a secret to
read it by, and needs no account.
"""

import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final
from uuid import UUID

_SHIPPED: Final = Path(__file__).parents[1] / "grievance_kinds.toml"
_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NOT_ME: Final = "not-me"


class Decision(StrEnum):
    """What an office-bearer finds about a record of which somebody said that it is not about them."""

    WRONG_NUMBER = "wrong-number"
    """It is about somebody else, whose number is another: it is put back without the number."""
    THEIRS = "theirs"
    """It is about the person after all: it is put back as it was."""
    ERASED = "erased"
    """Nobody agreed to it: it goes the way of every erasure."""


class Stage(StrEnum):
    """Of what those who are to answer are reminded."""

    DUE_SOON = "due-soon"
    ESCALATED = "escalated"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Kind:
    """Within how many days something is to be answered, and how long before that there is a reminder."""

    days: int
    remind_days: int


@dataclass(frozen=True, slots=True)
class Clock:
    """The kinds, and after how many days something overdue goes further up."""

    kinds: Mapping[str, Kind]
    escalate_days: int

    def due_at(self, kind: str, opened_at: datetime) -> datetime:
        """By when it is to be answered."""
        return opened_at + timedelta(days=self.kinds[kind].days)

    def first_look(self, kind: str, opened_at: datetime) -> datetime:
        """When those who are to answer are first reminded."""
        return self.due_at(kind, opened_at) - timedelta(days=self.kinds[kind].remind_days)

    def next_look(self, due_at: datetime, now: datetime) -> datetime:
        """When to look again: on the date, and then every so many days."""
        return due_at if now < due_at else now + timedelta(days=self.escalate_days)


@dataclass(frozen=True, slots=True)
class Grievance:
    """A grievance as its row has it; what was told and answered is sealed there."""

    id: UUID
    reference: str
    unit_id: UUID
    path: str
    kind: str
    source: str
    status: str
    worker_id: UUID
    person_id: UUID | None
    told: str | None
    answer: Mapping[str, str] | None
    outcome: str | None
    opened_at: datetime
    due_at: datetime
    escalations: int
    answered_at: datetime | None
    answered_by: UUID | None
    version: int


@cache
def clock() -> Clock:
    """The shipped kinds."""
    found = tomllib.loads(_SHIPPED.read_text(encoding="utf-8"))
    return Clock({name: Kind(**kind) for name, kind in found["kinds"].items()}, found["escalate_days"])


def new_secret() -> str:
    """What a grievance is read by beside its number: ten signs that nobody takes for others."""
    return "".join(secrets.choice(_SIGNS) for _ in range(10))
