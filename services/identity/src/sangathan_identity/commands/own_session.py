"""The sign-in that asks, and whether its person has shown lately enough, and well enough, who they are."""

from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import UNAUTHENTICATED, Refusal
from sangathan_contracts.identity import CredentialChanged
from sangathan_identity.domain.assurance import FRESH_FOR, ONE_FACTOR, TWO_FACTORS, fresh
from sangathan_identity.domain.refusals import STEP_UP_NEEDED
from sangathan_identity.store import audit, factors, sessions
from sangathan_identity.store.sessions import Session


async def own_session(work: Work, caller: Caller) -> Session:
    """The caller's sign-in, locked; raises unauthenticated when it is over or there is none."""
    session = await sessions.find_session(work, caller.session_id) if caller.session_id else None
    if session is None or session.person_id != caller.person or session.ended_at is not None:
        raise Refusal(UNAUTHENTICATED)
    return session


async def fresh_session(work: Work, caller: Caller) -> Session:
    """The caller's sign-in, good for changing what one signs in with: fresh, and by two factors once there are two."""
    session = await own_session(work, caller)
    needed = TWO_FACTORS if await factors.has_second_factor(work, caller.person) else ONE_FACTOR
    if needed > session.acr or not fresh(session.authenticated_at, work.now):
        raise _step_up_needed(needed)
    return session


async def note_change(work: Work, caller: Caller, what: str, subject_id: UUID | None = None) -> None:
    """Puts a change of what the caller signs in with on the trail, and lets them be told."""
    announce_change(work, caller.person, what)
    await audit.append(work, audit.Entry.done(caller, subject_id or caller.person, "", what=what))


def announce_change(work: Work, person_id: UUID, what: str) -> None:
    """Lets a person be told that what they sign in with has changed."""
    event = CredentialChanged(change_id=uuid7(), person_id=person_id, what=what, changed_at=work.now)
    work.publish(event, path="")


def _step_up_needed(acr: str) -> Refusal:
    """RFC 9470, as the gateway says it too."""
    age = int(FRESH_FOR.total_seconds())
    challenge = f'Bearer error="insufficient_user_authentication", acr_values="{acr}", max_age="{age}"'
    detail = f"POST /v1/step-ups to acr {acr}, then ask within {age} s with the new access token."
    return Refusal(STEP_UP_NEEDED, detail, headers={"www-authenticate": challenge})
