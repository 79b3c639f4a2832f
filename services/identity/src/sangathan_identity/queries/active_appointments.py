"""The appointments that give a person rights at this moment, for the reply to a sign-in and for the access token."""

from datetime import datetime
from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection


class ActiveAppointment(msgspec.Struct, frozen=True):
    """An appointment with its unit as it stands."""

    id: UUID
    office: str
    unit_id: UUID
    path: str
    unit_name_hi: str
    unit_name_en: str


async def active_appointments(connection: Connection, person_id: UUID, now: datetime) -> list[ActiveAppointment]:
    """The person's active appointments, the highest unit first; needs the scope of everything."""
    rows = await connection.fetch(
        "SELECT a.id, a.office, a.unit_id, u.path, u.name_hi, u.name_en"
        " FROM appointments a JOIN units u ON u.id = a.unit_id"
        " WHERE a.person_id = $1 AND a.ended_at IS NULL AND a.valid_from <= $2"
        " AND (a.valid_to IS NULL OR a.valid_to > $2) AND u.closed_at IS NULL ORDER BY length(u.path), u.path, a.id",
        person_id,
        now,
    )
    return [ActiveAppointment(*row.values()) for row in rows]
