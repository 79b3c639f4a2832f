"""The statements that empty a person: rows that others point at stay as bare ids, the rest goes."""

from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work

_SESSIONS = "SELECT id FROM sessions WHERE person_id = $1"
# In this order: what points at another row goes first.
_GONE: Final = {
    "one_time_codes": "DELETE FROM one_time_codes WHERE phone_index = (SELECT phone_index FROM persons WHERE id = $1)",
    "refresh_tokens": f"DELETE FROM refresh_tokens WHERE session_id IN ({_SESSIONS})",  # noqa: S608 - constants.
    "authorization_codes": f"DELETE FROM authorization_codes WHERE session_id IN ({_SESSIONS})",  # noqa: S608
    "client_tokens": f"DELETE FROM client_tokens WHERE session_id IN ({_SESSIONS})",  # noqa: S608
    "totp_secrets": "DELETE FROM totp_secrets WHERE person_id = $1",
    "recovery_codes": "DELETE FROM recovery_codes WHERE person_id = $1",
    "challenges": "DELETE FROM challenges WHERE person_id = $1",
    "device_enrolments": "UPDATE device_enrolments SET device_id = NULL WHERE person_id = $1 AND device_id IS NOT NULL",
    "devices": "DELETE FROM devices WHERE person_id = $1",
    "sessions": "UPDATE sessions SET device = '', device_id = NULL WHERE person_id = $1",
    "passkeys": """
        UPDATE passkeys SET credential_id = uuid_send(id), public_key = '', name = '',
            ended_at = coalesce(ended_at, $2), end_reason = coalesce(end_reason, 'person erased') WHERE person_id = $1
    """,
    "appointments": "UPDATE appointments SET absence_reason = NULL WHERE person_id = $1 AND absence_reason IS NOT NULL",
    # An index that no number has: one byte longer than any.
    "persons": """
        UPDATE persons SET name_hi = '', name_en = '', phone_sealed = '', phone_index = uuid_send(id) || '\\x00'::bytea,
            password_hash = NULL, suspended_at = coalesce(suspended_at, $2), version = version + 1 WHERE id = $1
    """,
}


async def erase_person(work: Work, person_id: UUID) -> dict[str, int]:
    """Empties the person; gives how many rows were emptied or went, by table."""
    removed = {}
    for table, statement in _GONE.items():
        moment = [work.now] if "$2" in statement else []
        if done := int((await work.raw.execute(statement, person_id, *moment)).split()[-1]):
            removed[table] = done
    return removed
