"""Exchanges a refresh token: rotated at each use, repeated within the grace, and taken for stolen after it."""

from dataclasses import dataclass

from sangathan_chassis.database import Work
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.identity import SessionEnded
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.signed_in import Admitted, SignedIn, answer, new_refresh_token
from sangathan_identity.domain.persons import Person
from sangathan_identity.domain.ports import Tokens
from sangathan_identity.domain.refusals import REFRESH_REFUSED
from sangathan_identity.domain.sessions import ShownToken, Worth
from sangathan_identity.queries.active_appointments import active_appointments
from sangathan_identity.store import audit, persons, sessions
from sangathan_identity.store.sessions import KeptToken, Session


@dataclass(frozen=True, slots=True)
class RefreshTokens:
    """The refresh token as the client holds it."""

    refresh_token: str


@dataclass(frozen=True, slots=True)
class _Family:
    session: Session
    person: Person
    token: KeptToken


@dataclass(frozen=True, slots=True)
class Handler:
    """What the command works with."""

    doorway: Doorway
    sealer: Sealer
    tokens: Tokens

    async def handle(self, command: RefreshTokens) -> SignedIn:
        """New tokens of the same session; raises the one refusal there is for whatever is wrong."""
        admitted: Admitted | None = None
        async with self.doorway.work() as work:
            family = await _find(work, command.refresh_token)
            if family is not None:
                admitted = await self._exchange(work, family, command.refresh_token)
            now = work.now
        if admitted is None:
            raise Refusal(
                REFRESH_REFUSED,
                "Sign in again with your password or a one-time code.",
                headers={"www-authenticate": "Bearer"},
            )
        return await answer(admitted, self.tokens, now)

    async def _exchange(self, work: Work, family: _Family, shown: str) -> Admitted | None:
        token, session, person = family.token, family.session, family.person
        worth = ShownToken(
            token.expires_at, token.used_at, session.ended_at is not None, person.suspended_at is not None
        ).worth(work.now)
        if worth is Worth.NOTHING:
            return None
        if worth is Worth.THEFT:
            await _end_family(work, session)
            return None
        if worth is Worth.ROTATE:
            successor = new_refresh_token()
            await sessions.use_token(work, shown, successor, self.sealer)
            await sessions.insert_token(work, session.id, successor)
            await sessions.touch_session(work, session.id)
        else:
            successor = sessions.successor_of(token, self.sealer)
        return Admitted(person, session, successor, await active_appointments(work.raw, person.id, work.now))


async def _find(work: Work, shown: str) -> _Family | None:
    """The token with its session, which stays locked, so that parallel refreshes see each other's rotation."""
    token = await sessions.find_token(work, shown)
    session = await sessions.find_session(work, token.session_id) if token else None
    token = await sessions.find_token(work, shown)
    person = await persons.find_person(work, session.person_id) if session else None
    return _Family(session, person, token) if token and session and person else None


async def _end_family(work: Work, session: Session) -> None:
    """A token that was used long ago is in two hands: nobody keeps the session."""
    await sessions.end_session(work, session.id, session.person_id, "refresh token used again")
    work.publish(SessionEnded(session_id=session.id, person_id=session.person_id), path="")
    await audit.append(
        work,
        audit.Entry("session.refresh", "refused", session.person_id, session.id, detail={"reason": "used again"}),
    )
