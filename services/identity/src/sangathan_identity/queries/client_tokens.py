"""What an application's token says: about itself, and about the person who has signed in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sangathan_chassis.connection import Connection
from sangathan_identity.domain.openid import OFFICES, PROFILE
from sangathan_identity.queries.active_appointments import active_appointments
from sangathan_identity.store import client_tokens
from sangathan_identity.store.client_tokens import ACCESS, KeptClientToken


async def good_token(connection: Connection, token: str, now: datetime) -> tuple[KeptClientToken, UUID] | None:
    """The token and its person, while it, its sign-in and its application hold; needs the scope of everything."""
    kept = await client_tokens.find_token(connection, token)
    if kept is None or kept.expires_at <= now or kept.used_at is not None:
        return None
    person_id = await connection.fetchval(
        "SELECT s.person_id FROM sessions s JOIN persons p ON p.id = s.person_id JOIN clients c ON c.id = $2"
        " WHERE s.id = $1 AND s.ended_at IS NULL AND p.suspended_at IS NULL AND c.ended_at IS NULL",
        kept.session_id,
        kept.client_id,
    )
    return (kept, person_id) if person_id else None


async def user_info(connection: Connection, token: str, now: datetime) -> dict[str, Any] | None:
    """The claims of the person behind an access token, as far as its scope goes; None when it is good for nothing."""
    good = await good_token(connection, token, now)
    if good is None or good[0].kind != ACCESS:
        return None
    kept, person_id = good
    claims: dict[str, Any] = {"sub": str(person_id)}
    scope = kept.scope.split()
    if PROFILE in scope:
        row = await connection.fetchrow("SELECT name_hi, name_en FROM persons WHERE id = $1", person_id)
        assert row is not None  # noqa: S101 - the person has just been found.
        claims |= {"name": row["name_en"], "name#hi": row["name_hi"]}
    if OFFICES in scope:
        claims["offices"] = await active_appointments(connection, person_id, now)
    return claims
