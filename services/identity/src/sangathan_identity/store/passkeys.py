"""Reads and writes passkeys, and the questions that keys answer once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work

ANSWER_WITHIN: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A WebAuthn credential; ``public_key`` is COSE, ``sign_count`` the newest that its authenticator has told."""

    id: UUID
    credential_id: bytes
    person_id: UUID
    public_key: bytes
    sign_count: int
    name: str
    ended_at: datetime | None = None


async def insert_challenge(work: Work, challenge: bytes, purpose: str, person_id: UUID | None) -> None:
    """Keeps a question by its hash."""
    await work.raw.execute(
        "INSERT INTO challenges (hash, purpose, person_id, expires_at) VALUES ($1, $2, $3, $4)",
        hashlib.sha256(challenge).digest(),
        purpose,
        person_id,
        work.now + ANSWER_WITHIN,
    )


async def take_challenge(work: Work, challenge: bytes, purpose: str, person_id: UUID | None) -> bool:
    """Uses the question up; False when it was never asked for this purpose and person, is answered, or too old."""
    expires_at: datetime | None = await work.raw.fetchval(
        "DELETE FROM challenges WHERE hash = $1 AND purpose = $2 AND person_id IS NOT DISTINCT FROM $3::uuid"
        " RETURNING expires_at",
        hashlib.sha256(challenge).digest(),
        purpose,
        person_id,
    )
    return expires_at is not None and work.now < expires_at


async def find_passkey(work: Work, credential_id: bytes) -> Passkey | None:
    """The passkey, locked: of two answers with one counter only one is right."""
    row = await work.raw.fetchrow(
        "SELECT id, credential_id, person_id, public_key, sign_count, name, ended_at FROM passkeys"
        " WHERE credential_id = $1 FOR UPDATE",
        credential_id,
    )
    return Passkey(**row) if row else None


async def credential_ids(work: Work, person_id: UUID) -> list[bytes]:
    """The credentials that an authenticator must not make a second time."""
    rows = await work.raw.fetch(
        "SELECT credential_id FROM passkeys WHERE person_id = $1 AND ended_at IS NULL", person_id
    )
    return [row["credential_id"] for row in rows]


async def insert_passkey(work: Work, passkey: Passkey) -> bool:
    """Adds it; False when the credential is on record already."""
    added = await work.raw.fetchval(
        "INSERT INTO passkeys (id, credential_id, person_id, public_key, sign_count, name, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (credential_id) DO NOTHING RETURNING id",
        passkey.id,
        passkey.credential_id,
        passkey.person_id,
        passkey.public_key,
        passkey.sign_count,
        passkey.name,
        work.now,
    )
    return added is not None


async def note_use(work: Work, passkey_id: UUID, sign_count: int) -> None:
    """Notes that it signed now, and its counter."""
    await work.raw.execute(
        "UPDATE passkeys SET sign_count = $2, last_used_at = $3 WHERE id = $1", passkey_id, sign_count, work.now
    )


async def end_passkey(work: Work, passkey_id: UUID, person_id: UUID, reason: str) -> bool:
    """Ends this person's passkey; False when there is none that is alive."""
    ended = await work.raw.fetchval(
        "UPDATE passkeys SET ended_at = $3, end_reason = $4 WHERE id = $1 AND person_id = $2 AND ended_at IS NULL"
        " RETURNING id",
        passkey_id,
        person_id,
        work.now,
        reason,
    )
    return ended is not None
