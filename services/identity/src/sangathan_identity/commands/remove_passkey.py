"""Removes one of the caller's own passkeys."""

from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_identity.commands.own_session import fresh_session, note_change
from sangathan_identity.store import passkeys


async def handle(work: Work, caller: Caller, passkey_id: UUID) -> None:
    """Removes it; raises not-found for another person's, an unknown one, and one that is over."""
    await fresh_session(work, caller)
    if not await passkeys.end_passkey(work, passkey_id, caller.person, "removed by its person"):
        raise Refusal(NOT_FOUND)
    await note_change(work, caller, "passkey-removed", passkey_id)
