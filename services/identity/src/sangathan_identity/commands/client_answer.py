"""Writes the answer that a code and a refresh token are exchanged for: opaque tokens, and who has signed in."""

import secrets
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_identity.domain.clients import Client
from sangathan_identity.domain.openid import OFFLINE_ACCESS, TOKEN_LIFETIME, half_hash
from sangathan_identity.domain.persons import Person
from sangathan_identity.domain.ports import IdTokens
from sangathan_identity.domain.sessions import REFRESH_LIFETIME
from sangathan_identity.store import client_tokens, persons, sessions
from sangathan_identity.store.client_tokens import ACCESS, REFRESH, KeptClientToken
from sangathan_identity.store.sessions import Session

_LIFE_S: Final = int(TOKEN_LIFETIME.total_seconds())


@dataclass(frozen=True, slots=True)
class Issuer:
    """Where this provider lives, as applications know it, and what signs for it."""

    url: str
    tokens: IdTokens


@dataclass(frozen=True, slots=True)
class Granted:
    """What is about to be answered, once the work has committed."""

    session: Session
    client: Client
    scope: str
    access_token: str
    refresh_token: str | None
    nonce: str | None
    issued_at: int


@dataclass(frozen=True, slots=True)
class ClientAnswer:
    """The answer of the token endpoint."""

    access_token: str
    expires_in: int
    scope: str
    id_token: str
    refresh_token: str | None


def new_client_refresh_token() -> str:
    """An opaque token of 256 random bits, marked as ours for scanners of leaked secrets."""
    return "sgo_" + secrets.token_urlsafe(32)


async def alive(work: Work, session_id: UUID) -> Session | None:
    """The sign-in that a code or a token stands on, locked; None once it is over or its person is suspended."""
    session = await sessions.find_session(work, session_id)
    person: Person | None = await persons.find_person(work, session.person_id) if session else None
    holds = session and session.ended_at is None and person and person.suspended_at is None
    return session if holds else None


async def grant(work: Work, client: Client, session: Session, scope: str) -> Granted:
    """New tokens of this sign-in: one to read with, and one to renew with when the person agreed to that."""
    access = "sga_" + secrets.token_urlsafe(32)
    like = KeptClientToken(ACCESS, client.id, session.id, scope, work.now, work.now, None, None)
    await client_tokens.insert_token(work, access, like, TOKEN_LIFETIME)
    renewing = None
    if OFFLINE_ACCESS in scope.split():
        renewing = new_client_refresh_token()
        await client_tokens.insert_token(work, renewing, replace(like, kind=REFRESH), REFRESH_LIFETIME)
    await sessions.touch_session(work, session.id)
    return Granted(session, client, scope, access, renewing, None, int(work.now.timestamp()))


async def answer(granted: Granted, issuer: Issuer) -> ClientAnswer:
    """The answer with its ID token (OpenID Connect Core, section 2)."""
    session = granted.session
    claims: dict[str, Any] = {
        "iss": issuer.url,
        "sub": str(session.person_id),
        "aud": str(granted.client.id),
        "iat": granted.issued_at,
        "exp": granted.issued_at + _LIFE_S,
        "auth_time": int(session.authenticated_at.timestamp()),
        "acr": session.acr,
        "amr": session.amr.split(),
        "sid": str(session.id),
        "at_hash": half_hash(granted.access_token),
    }
    if granted.nonce is not None:
        claims["nonce"] = granted.nonce
    id_token = await issuer.tokens.sign_id_token(claims)
    return ClientAnswer(granted.access_token, _LIFE_S, granted.scope, id_token, granted.refresh_token)
