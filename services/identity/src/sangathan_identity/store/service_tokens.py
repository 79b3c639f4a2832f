"""Reads and writes the access tokens that other systems take, by their hashes."""

import hashlib
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_identity.domain.service_tokens import ServiceToken


def token_hash(token: str) -> bytes:
    """A signed token cannot be guessed, so a plain hash is as good as a slow one."""
    return hashlib.sha256(token.encode()).digest()


async def insert_token(work: Work, token: str, kept: ServiceToken) -> None:
    """Adds the token."""
    await work.raw.execute(
        "INSERT INTO service_tokens (token_hash, id, client_id, grant_id, scope, issued_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        token_hash(token),
        kept.id,
        kept.client_id,
        kept.grant_id,
        kept.scope,
        kept.issued_at,
        kept.expires_at,
    )


async def end_token(work: Work, token: str, client_id: UUID) -> UUID | None:
    """Ends this client's token, and gives its id unless it was over already."""
    ended: UUID | None = await work.raw.fetchval(
        "UPDATE service_tokens SET ended_at = $3"
        " WHERE token_hash = $1 AND client_id = $2 AND ended_at IS NULL AND expires_at > $3 RETURNING id",
        token_hash(token),
        client_id,
        work.now,
    )
    return ended
