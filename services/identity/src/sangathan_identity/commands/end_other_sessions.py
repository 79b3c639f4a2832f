"""Ends every sign-in of the caller but the one that asks."""

from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_contracts.identity import SessionEnded
from sangathan_identity.commands.own_session import own_session
from sangathan_identity.store import audit, sessions


async def handle(work: Work, caller: Caller) -> int:
    """How many were ended; their tokens are refused everywhere within moments."""
    session = await own_session(work, caller)
    ended = await end_sessions(work, caller.person, "ended by its person", but=session.id)
    await audit.append(work, audit.Entry.done(caller, caller.person, "", ended=ended))
    return ended


async def end_sessions(
    work: Work, person_id: UUID, reason: str, *, but: UUID | None = None, device: UUID | None = None
) -> int:
    """Ends a person's sign-ins, all ``but`` one, or those on one ``device``, and announces each."""
    ended = await sessions.end_all_sessions(work, person_id, reason, but=but, device=device)
    for session_id in ended:
        work.publish(SessionEnded(session_id=session_id, person_id=person_id), path="")
    return len(ended)
