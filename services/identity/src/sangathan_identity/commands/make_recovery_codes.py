"""Makes ten recovery codes for the day on which the authenticator is lost; the ones before serve no more."""

from typing import Final

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_identity.commands.own_session import fresh_session, note_change
from sangathan_identity.domain.secrets_for_people import new_secret
from sangathan_identity.store import factors

_CODES: Final = 10
# Ten letters of five bits: fifty bits, each code once, behind paced guesses.
_LETTERS: Final = 10


async def handle(work: Work, caller: Caller, sealer: Sealer) -> list[str]:
    """The codes, shown this once; raises not-found for who has no authenticator."""
    await fresh_session(work, caller)
    kept = await factors.find_authenticator(work, caller.person, sealer)
    if kept is None or kept.confirmed_at is None:
        raise Refusal(NOT_FOUND)
    made = await new_recovery_codes(work, caller, sealer)
    await note_change(work, caller, "recovery-codes-made")
    return made


async def new_recovery_codes(work: Work, caller: Caller, sealer: Sealer) -> list[str]:
    """Ten new codes, kept by their hashes."""
    made = [new_secret(_LETTERS) for _ in range(_CODES)]
    await factors.replace_recovery_codes(work, caller.person, made, sealer)
    return made
