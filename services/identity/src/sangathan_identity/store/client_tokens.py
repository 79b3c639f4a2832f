"""Reads and writes the codes and tokens of applications, by their hashes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.resealing import SealedColumn, in_place
from sangathan_chassis.sealing import Sealer
from sangathan_identity.domain.openid import CODE_LIFETIME, AuthorizationRequest

ACCESS = "access"
REFRESH = "refresh"
_SUCCESSOR_PLACE = "client_tokens.successor"
SEALED: Final = SealedColumn("client_tokens", "successor_sealed", in_place(_SUCCESSOR_PLACE), {"token_hash": "bytea"})


@dataclass(frozen=True, slots=True)
class KeptCode:
    """A code as it is kept."""

    client_id: UUID
    session_id: UUID
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptClientToken:
    """A token of an application as it is kept."""

    kind: str
    client_id: UUID
    session_id: UUID
    scope: str
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None
    successor_sealed: bytes | None


def _hash(token: str) -> bytes:
    """A code or token has 256 random bits, so a plain hash is as good as a slow one."""
    return hashlib.sha256(token.encode()).digest()


async def insert_code(work: Work, code: str, request: AuthorizationRequest, session_id: UUID) -> None:
    """Adds a code that lives a minute."""
    await work.raw.execute(
        "INSERT INTO authorization_codes"
        " (code_hash, client_id, session_id, redirect_uri, scope, nonce, code_challenge, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        _hash(code),
        request.client_id,
        session_id,
        request.redirect_uri,
        " ".join(request.scope),
        request.nonce or None,
        request.code_challenge,
        work.now + CODE_LIFETIME,
    )


async def find_code(work: Work, code: str) -> KeptCode | None:
    """The code, locked: of two who show it at once the second sees that it is used."""
    row = await work.raw.fetchrow(
        "SELECT client_id, session_id, redirect_uri, scope, nonce, code_challenge, expires_at, used_at"
        " FROM authorization_codes WHERE code_hash = $1 FOR UPDATE",
        _hash(code),
    )
    return KeptCode(**row) if row else None


async def use_code(work: Work, code: str) -> None:
    """Marks the code used, whatever came of it."""
    await work.raw.execute("UPDATE authorization_codes SET used_at = $2 WHERE code_hash = $1", _hash(code), work.now)


async def insert_token(work: Work, token: str, like: KeptClientToken, life: timedelta) -> None:
    """Adds a token of this kind, application, session and scope, that lives so long from now on."""
    await work.raw.execute(
        "INSERT INTO client_tokens (token_hash, kind, client_id, session_id, scope, issued_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        _hash(token),
        like.kind,
        like.client_id,
        like.session_id,
        like.scope,
        work.now,
        work.now + life,
    )


async def find_token(connection: Connection, token: str) -> KeptClientToken | None:
    """The token as it stands at this moment."""
    row = await connection.fetchrow(
        "SELECT kind, client_id, session_id, scope, issued_at, expires_at, used_at, successor_sealed"
        " FROM client_tokens WHERE token_hash = $1",
        _hash(token),
    )
    return KeptClientToken(**row) if row else None


async def use_token(work: Work, token: str, successor: str, sealer: Sealer) -> None:
    """Marks the refresh token used and keeps its successor, sealed, for who did not get the reply."""
    await work.raw.execute(
        "UPDATE client_tokens SET used_at = $2, successor_sealed = $3 WHERE token_hash = $1",
        _hash(token),
        work.now,
        sealer.seal(successor, place=_SUCCESSOR_PLACE),
    )


async def drop_token(work: Work, token: str) -> None:
    """Removes one access token."""
    await work.raw.execute("DELETE FROM client_tokens WHERE token_hash = $1", _hash(token))


def successor_of(token: KeptClientToken, sealer: Sealer) -> str:
    """The successor of a refresh token that has been used; raises Unsealable when its key is gone."""
    return sealer.open(token.successor_sealed or b"\0", place=_SUCCESSOR_PLACE)
