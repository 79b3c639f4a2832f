"""Removes the authenticator and its recovery codes, which takes a fresh sign-in by two factors."""

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_identity.commands.own_session import fresh_session, note_change
from sangathan_identity.store import factors


async def handle(work: Work, caller: Caller) -> None:
    """Removes it; raises not-found when none is set."""
    await fresh_session(work, caller)
    if not await factors.remove_authenticator(work, caller.person):
        raise Refusal(NOT_FOUND)
    await note_change(work, caller, "totp-removed")
