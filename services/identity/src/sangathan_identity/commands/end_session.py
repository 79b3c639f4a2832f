"""Ends one of the caller's own sign-ins; its tokens are refused from then on."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_contracts.identity import SessionEnded
from sangathan_identity.store import audit, sessions


@dataclass(frozen=True, slots=True)
class EndSession:
    """Which of the caller's sessions."""

    session_id: UUID


async def handle(work: Work, caller: Caller, command: EndSession) -> None:
    """Ends it; raises not-found for another person's, an unknown one, and one that is over."""
    if not await sessions.end_session(work, command.session_id, caller.person, "ended by its person"):
        raise Refusal(NOT_FOUND)
    work.publish(SessionEnded(session_id=command.session_id, person_id=caller.person), path="")
    await audit.append(work, audit.Entry.done(caller, command.session_id, ""))
