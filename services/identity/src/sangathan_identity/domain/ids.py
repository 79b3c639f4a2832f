"""Ids that cannot be mistaken for one another."""

from typing import NewType
from uuid import UUID

UnitId = NewType("UnitId", UUID)
PersonId = NewType("PersonId", UUID)
AppointmentId = NewType("AppointmentId", UUID)
SessionId = NewType("SessionId", UUID)
