"""Whether a session still holds, for a gateway whose feed of revocations is silent."""

from datetime import datetime
from uuid import UUID

from sangathan_chassis.connection import Connection


async def session_holds(connection: Connection, session_id: UUID, person_id: UUID) -> bool:
    """The session is this person's and alive, and the person is not suspended; needs the scope of everything.

    Of another system, the token is asked about under the session's name, and the system under the person's.
    """
    found = await connection.fetchval(
        "SELECT 1 FROM sessions s JOIN persons p ON p.id = s.person_id"
        " WHERE s.id = $1 AND s.person_id = $2 AND s.ended_at IS NULL AND p.suspended_at IS NULL"
        " UNION ALL SELECT 1 FROM service_tokens t JOIN clients c ON c.id = t.client_id"
        " WHERE t.id = $1 AND t.client_id = $2 AND t.ended_at IS NULL AND c.ended_at IS NULL",
        session_id,
        person_id,
    )
    return found is not None


async def appointment_holds(connection: Connection, appointment_id: UUID, person_id: UUID, now: datetime) -> bool:
    """The appointment is this person's and gives rights now; needs the scope of everything."""
    found = await connection.fetchval(
        "SELECT 1 FROM appointments WHERE id = $1 AND person_id = $2 AND ended_at IS NULL AND valid_from <= $3"
        " AND (valid_to IS NULL OR valid_to > $3)",
        appointment_id,
        person_id,
        now,
    )
    return found is not None
