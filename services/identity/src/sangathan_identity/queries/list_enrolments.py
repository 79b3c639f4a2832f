"""Codes by which devices are enrolled, within the caller's unit: given out, used, withdrawn or lapsed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope


class EnrolmentView(msgspec.Struct, frozen=True):
    """An enrolment without its code."""

    id: UUID
    appointment_id: UUID
    person_id: UUID
    person_name_hi: str
    person_name_en: str
    office: str
    unit_id: UUID
    issued_by: UUID
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    withdrawn_at: datetime | None
    device_id: UUID | None


async def list_enrolments(connection: Connection, scope: Scope, *, before: UUID, limit: int) -> Sequence[EnrolmentView]:
    """Up to ``limit`` older than an id, the newest first; ids are in the order of time (UUIDv7)."""
    rows = await connection.fetch(
        "SELECT e.id, e.appointment_id, e.person_id, p.name_hi AS person_name_hi, p.name_en AS person_name_en,"
        " a.office, a.unit_id, e.issued_by, e.created_at, e.expires_at, e.used_at, e.withdrawn_at, e.device_id"
        " FROM device_enrolments e JOIN appointments a ON a.id = e.appointment_id JOIN persons p ON p.id = e.person_id"
        " WHERE a.path >= $1 AND a.path < $2 AND e.id < $3 ORDER BY e.id DESC LIMIT $4",
        scope.lo,
        scope.hi,
        before,
        limit,
    )
    return [EnrolmentView(**row) for row in rows]
