"""Forgets one of the caller's own devices: its sign-ins end, its key opens nothing, its secret is a stranger's."""

from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_identity.commands.end_other_sessions import end_sessions
from sangathan_identity.store import audit, devices


async def handle(work: Work, caller: Caller, device_id: UUID) -> None:
    """Forgets it; raises not-found for another person's, an unknown one, and one that is forgotten already."""
    if not await devices.end_device(work, device_id, caller.person):
        raise Refusal(NOT_FOUND)
    ended = await end_sessions(work, caller.person, "device removed", device=device_id)
    await audit.append(work, audit.Entry.done(caller, device_id, "", ended=ended))
