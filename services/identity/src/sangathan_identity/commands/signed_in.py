"""Opens a session and writes the answer that every way of signing in, and a refresh, ends with."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_identity.commands.recognise_device import Recognised
from sangathan_identity.domain.assurance import assurance
from sangathan_identity.domain.ids import SessionId
from sangathan_identity.domain.persons import Person
from sangathan_identity.domain.ports import Tokens
from sangathan_identity.domain.sessions import ACCESS_LIFETIME
from sangathan_identity.queries.active_appointments import ActiveAppointment, active_appointments
from sangathan_identity.store import audit, sessions
from sangathan_identity.store.sessions import Session

ISSUER: Final = "sangathan"


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who may come in: what is needed to sign their token, once the work has committed."""

    person: Person
    session: Session
    refresh_token: str
    appointments: Sequence[ActiveAppointment]
    device_secret: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The answer to a sign-in."""

    access_token: str
    expires_in: int
    refresh_token: str
    session: Session
    appointments: Sequence[ActiveAppointment]
    device_secret: str | None


def new_refresh_token() -> str:
    """An opaque token of 256 random bits, marked as ours for scanners of leaked secrets."""
    return "sgr_" + secrets.token_urlsafe(32)


async def admit(work: Work, person: Person, *, method: str, device: Recognised) -> Admitted:
    """Opens a session for the person with its first refresh token, and puts it on the trail."""
    session = Session(
        id=SessionId(uuid7()),
        person_id=person.id,
        device=device.name,
        acr=assurance([method]),
        amr=method,
        created_at=work.now,
        authenticated_at=work.now,
        device_id=device.id,
    )
    token = new_refresh_token()
    await sessions.insert_session(work, session)
    await sessions.insert_token(work, session.id, token)
    await audit.append(
        work,
        audit.Entry("session.sign-in", "done", person.id, session.id, subject_id=session.id, detail={"amr": method}),
    )
    held = await active_appointments(work.raw, person.id, work.now)
    return Admitted(person, session, token, held, device.secret)


async def refuse(work: Work, person: Person | None, phone_index: bytes, reason: str) -> None:
    """Puts a refused sign-in on the trail; an unknown number only as its blind index."""
    detail: dict[str, Any] = {"reason": reason}
    if person is None:
        detail["phone_index"] = phone_index.hex()
    await audit.append(work, audit.Entry("session.sign-in", "refused", person.id if person else None, detail=detail))


async def answer(admitted: Admitted, tokens: Tokens, now: datetime) -> SignedIn:
    """The tokens of a session that has just been opened or refreshed."""
    access_token = await signed(admitted.person, admitted.session, admitted.appointments, (tokens, now))
    return SignedIn(
        access_token,
        int(ACCESS_LIFETIME.total_seconds()),
        admitted.refresh_token,
        admitted.session,
        admitted.appointments,
        admitted.device_secret,
    )


async def signed(
    person: Person, session: Session, held: Sequence[ActiveAppointment], by: tuple[Tokens, datetime]
) -> str:
    """Signs the access token (RFC 9068): ids of appointments and no paths, since units move."""
    tokens, moment = by
    now = int(moment.timestamp())
    return await tokens.sign(
        {
            "iss": ISSUER,
            "aud": ISSUER,
            "iat": now,
            "exp": now + int(ACCESS_LIFETIME.total_seconds()),
            "sub": str(person.id),
            "sid": str(session.id),
            "ver": person.version,
            "acr": session.acr,
            "amr": session.amr.split(),
            "auth_time": int(session.authenticated_at.timestamp()),
            "appts": [str(one.id) for one in held],
            "jti": str(uuid7()),
        }
    )
