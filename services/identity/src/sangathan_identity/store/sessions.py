"""Reads and writes sign-ins and their refresh tokens."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from sangathan_chassis.database import Work
from sangathan_chassis.resealing import SealedColumn, in_place
from sangathan_chassis.sealing import Sealer
from sangathan_identity.domain.ids import PersonId, SessionId
from sangathan_identity.domain.sessions import REFRESH_LIFETIME
from sangathan_identity.store.tables import RefreshTokenRow, SessionRow

_SUCCESSOR_PLACE = "refresh_tokens.successor"
SEALED: Final = SealedColumn("refresh_tokens", "successor_sealed", in_place(_SUCCESSOR_PLACE), {"token_hash": "bytea"})


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in; ``acr`` is its assurance, ``amr`` the methods it was reached by, the first one first."""

    id: SessionId
    person_id: PersonId
    device: str
    acr: str
    amr: str
    created_at: datetime
    authenticated_at: datetime
    device_id: UUID | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptToken:
    """A refresh token as it is kept."""

    session_id: SessionId
    expires_at: datetime
    used_at: datetime | None
    successor_sealed: bytes | None


async def insert_session(work: Work, session: Session) -> None:
    """Adds the sign-in."""
    work.session.add(
        SessionRow(
            id=session.id,
            person_id=session.person_id,
            device=session.device,
            acr=session.acr,
            amr=session.amr,
            created_at=session.created_at,
            last_used_at=session.created_at,
            authenticated_at=session.authenticated_at,
            device_id=session.device_id,
        )
    )
    await work.session.flush()


async def find_session(work: Work, session_id: UUID) -> Session | None:
    """The sign-in, locked: tokens of one family change one after the other."""
    statement = select(SessionRow).where(SessionRow.id == session_id).with_for_update()
    row = (await work.session.exec(statement)).one_or_none()
    if row is None:
        return None
    return Session(
        id=SessionId(row.id),
        person_id=PersonId(row.person_id),
        device=row.device,
        acr=row.acr,
        amr=row.amr,
        created_at=row.created_at,
        authenticated_at=row.authenticated_at or row.created_at,
        device_id=row.device_id,
        ended_at=row.ended_at,
    )


async def save_assurance(work: Work, session: Session) -> None:
    """Writes how and when its person last showed who they are."""
    await work.raw.execute(
        "UPDATE sessions SET acr = $2, amr = $3, authenticated_at = $4 WHERE id = $1",
        session.id,
        session.acr,
        session.amr,
        session.authenticated_at,
    )


async def proven_device(work: Work, device_id: UUID | None) -> bool:
    """Whether a sign-in on this device has ever been raised to two factors."""
    return bool(
        await work.raw.fetchval("SELECT EXISTS (SELECT FROM sessions WHERE device_id = $1 AND acr = '2')", device_id)
    )


async def touch_session(work: Work, session_id: SessionId) -> None:
    """Notes that the sign-in was used now."""
    await work.session.exec(sa.update(SessionRow).where(col(SessionRow.id) == session_id).values(last_used_at=work.now))


async def end_session(work: Work, session_id: UUID, person_id: UUID, reason: str) -> bool:
    """Ends this person's sign-in; False when there is none that is alive."""
    ended = await work.raw.fetchval(
        "UPDATE sessions SET ended_at = $3, end_reason = $4"
        " WHERE id = $1 AND person_id = $2 AND ended_at IS NULL RETURNING id",
        session_id,
        person_id,
        work.now,
        reason,
    )
    return ended is not None


async def end_all_sessions(
    work: Work, person_id: UUID, reason: str, *, but: UUID | None = None, device: UUID | None = None
) -> list[SessionId]:
    """Ends the person's sign-ins, all ``but`` one, or only those on one ``device``; gives those that were alive."""
    rows = await work.raw.fetch(
        "UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE person_id = $1 AND ended_at IS NULL"
        " AND id IS DISTINCT FROM $4::uuid AND ($5::uuid IS NULL OR device_id = $5) RETURNING id",
        person_id,
        work.now,
        reason,
        but,
        device,
    )
    return [SessionId(row["id"]) for row in rows]


def _hash(token: str) -> bytes:
    """A token has 256 random bits, so a plain hash is as good as a slow one."""
    return hashlib.sha256(token.encode()).digest()


async def insert_token(work: Work, session_id: SessionId, token: str) -> None:
    """Adds a refresh token to the family."""
    work.session.add(
        RefreshTokenRow(
            token_hash=_hash(token),
            session_id=session_id,
            issued_at=work.now,
            expires_at=work.now + REFRESH_LIFETIME,
        )
    )
    await work.session.flush()


async def find_token(work: Work, token: str) -> KeptToken | None:
    """The refresh token as it stands at this moment; lock its session, then ask again."""
    statement = select(RefreshTokenRow).where(RefreshTokenRow.token_hash == _hash(token))
    found = await work.session.exec(statement.execution_options(populate_existing=True))
    row = found.one_or_none()
    return KeptToken(SessionId(row.session_id), row.expires_at, row.used_at, row.successor_sealed) if row else None


async def use_token(work: Work, token: str, successor: str, sealer: Sealer) -> None:
    """Marks the token used and keeps its successor, sealed, for who did not get the reply."""
    await work.session.exec(
        sa.update(RefreshTokenRow)
        .where(col(RefreshTokenRow.token_hash) == _hash(token))
        .values(used_at=work.now, successor_sealed=sealer.seal(successor, place=_SUCCESSOR_PLACE))
    )


def successor_of(token: KeptToken, sealer: Sealer) -> str:
    """The successor of a token that has been used; raises Unsealable when its key is gone."""
    return sealer.open(token.successor_sealed or b"\0", place=_SUCCESSOR_PLACE)
