"""Raises a sign-in's assurance: its person shows once more, or by another factor, who they are (RFC 9470)."""

from dataclasses import dataclass, replace
from datetime import datetime

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_identity.commands.answer_by_passkey import answered
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.guess_code import CodeGuess, guess_code
from sangathan_identity.commands.own_session import announce_change, own_session
from sangathan_identity.commands.pacing import Guess, heard_right, too_many_tries, wait_for
from sangathan_identity.commands.signed_in import signed
from sangathan_identity.domain.assurance import (
    AUTHENTICATOR,
    PASSKEY,
    PASSWORD,
    RECOVERY_CODE,
    TEXT_MESSAGE,
    assurance,
    stepped_up,
)
from sangathan_identity.domain.codes import Purpose
from sangathan_identity.domain.persons import Person
from sangathan_identity.domain.ports import Ceremonies, Passwords, Tokens
from sangathan_identity.domain.refusals import STEP_UP_REFUSED
from sangathan_identity.domain.sessions import ACCESS_LIFETIME
from sangathan_identity.domain.totp import matching_step
from sangathan_identity.queries.active_appointments import active_appointments
from sangathan_identity.store import audit, factors, persons, sessions
from sangathan_identity.store.sessions import Session

REFUSED = (
    "Check what was typed; a code serves once, and one by text message only while there is no other second factor."
)


@dataclass(frozen=True, slots=True)
class Proof:
    """What is shown: a method of `domain.assurance`, its secret or the passkey's answer, a text message's challenge."""

    method: str
    secret: str
    challenge: str = ""


@dataclass(frozen=True, slots=True)
class SteppedUp:
    """A new access token of the same sign-in, with the assurance that it has now."""

    access_token: str
    expires_in: int
    acr: str
    authenticated_at: datetime


@dataclass(frozen=True, slots=True)
class Handler:
    """What the command works with."""

    doorway: Doorway
    sealer: Sealer
    passwords: Passwords
    ceremonies: Ceremonies
    tokens: Tokens

    async def handle(self, caller: Caller, proof: Proof, address: str) -> SteppedUp:
        """The new token; raises the one refusal there is for a wrong proof, or says how long to wait."""
        person, guess = await self._hear(caller, proof, address)
        same = proof.method == PASSWORD and await self.passwords.genuine(proof.secret, person.password_hash)
        async with self.doorway.work() as work:
            session = await own_session(work, caller)
            right = same or await self._right(work, caller, proof)
            if right:
                await heard_right(work, guess, self.sealer)
                session = await _raise(work, session, proof.method)
                held = await active_appointments(work.raw, caller.person, work.now)
            else:
                await _refused(work, caller, proof.method)
            now = work.now
        if not right:
            raise Refusal(STEP_UP_REFUSED, REFUSED)
        token = await signed(person, session, held, (self.tokens, now))
        return SteppedUp(token, int(ACCESS_LIFETIME.total_seconds()), session.acr, session.authenticated_at)

    async def _hear(self, caller: Caller, proof: Proof, address: str) -> tuple[Person, Guess]:
        """Counts the guess before anything is compared with it."""
        async with self.doorway.work() as work:
            session = await own_session(work, caller)
            person = await persons.find_person(work, caller.person)
            guess = await self._guess(work, session, proof.method, address)
            wait = await wait_for(work, guess, self.sealer)
            if wait:
                await _refused(work, caller, "too many tries")
        if wait or person is None:
            raise too_many_tries(wait)
        return person, guess

    async def _guess(self, work: Work, session: Session, method: str, address: str) -> Guess:
        """Passwords count together with those at sign-in; second factors apart, and by device only on a proven one.

        Who knows the password opens as many sessions on as many new devices as they like, so a device is a place of its
        own only once a second factor was right on it: then nobody slows it down from elsewhere.
        """
        if method == PASSWORD:
            index = await persons.phone_index(work, session.person_id)
            return Guess(PASSWORD, index.hex(), address, session.device_id)
        proven = session.device_id if await sessions.proven_device(work, session.device_id) else None
        return Guess(method, str(session.person_id), address, proven)

    async def _right(self, work: Work, caller: Caller, proof: Proof) -> bool:
        if proof.method == AUTHENTICATOR:
            return await self._authenticator_right(work, caller, proof.secret)
        if proof.method == RECOVERY_CODE:
            return await self._recovery_right(work, caller, proof.secret)
        if proof.method == PASSKEY:
            passkey = await answered(work, proof.secret, self.ceremonies)
            return passkey is not None and passkey.person_id == caller.person
        if proof.method == TEXT_MESSAGE:
            return await self._text_right(work, caller, proof)
        return False

    async def _authenticator_right(self, work: Work, caller: Caller, code: str) -> bool:
        kept = await factors.find_authenticator(work, caller.person, self.sealer)
        if kept is None or kept.confirmed_at is None:
            return False
        step = matching_step(kept.secret, code, work.now.timestamp(), after=kept.last_step)
        if step is not None:
            await factors.use_step(work, caller.person, step)
        return step is not None

    async def _recovery_right(self, work: Work, caller: Caller, code: str) -> bool:
        right = await factors.use_recovery_code(work, caller.person, code, self.sealer)
        if right:
            announce_change(work, caller.person, "recovery-code-used")
        return right

    async def _text_right(self, work: Work, caller: Caller, proof: Proof) -> bool:
        """The code must have gone to the own number; whoever has a better second factor is not let down to this."""
        guess = CodeGuess(proof.challenge, proof.secret)
        index, right = await guess_code(work, guess, Purpose.STEP_UP, self.sealer)
        own = index == await persons.phone_index(work, caller.person)
        return right and own and not await factors.has_second_factor(work, caller.person)


async def _raise(work: Work, session: Session, method: str) -> Session:
    methods = stepped_up(session.amr.split(), method)
    raised = replace(session, acr=assurance(methods), amr=" ".join(methods), authenticated_at=work.now)
    await sessions.save_assurance(work, raised)
    detail = {"amr": raised.amr}
    await audit.append(
        work,
        audit.Entry("session.step-up", "done", session.person_id, session.id, subject_id=session.id, detail=detail),
    )
    return raised


async def _refused(work: Work, caller: Caller, reason: str) -> None:
    entry = audit.Entry("session.step-up", "refused", caller.person, caller.session_id, detail={"reason": reason})
    await audit.append(work, entry)
