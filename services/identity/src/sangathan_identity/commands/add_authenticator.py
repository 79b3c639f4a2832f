"""Adds an authenticator app in two steps: a secret is given out, and counts once a code of it has been shown."""

import base64
import secrets
from dataclasses import dataclass
from typing import Final

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.make_recovery_codes import new_recovery_codes
from sangathan_identity.commands.own_session import fresh_session, note_change
from sangathan_identity.commands.pacing import Guess, heard_right, too_many_tries, wait_for
from sangathan_identity.domain.assurance import AUTHENTICATOR
from sangathan_identity.domain.refusals import AUTHENTICATOR_SET, CODE_WRONG
from sangathan_identity.domain.totp import matching_step, otpauth_uri
from sangathan_identity.store import audit, factors, persons

_SECRET_BYTES: Final = 20
_ISSUER: Final = "Sangathan"


@dataclass(frozen=True, slots=True)
class NewAuthenticator:
    """The secret in Base32, and the same as an address that authenticator apps read."""

    secret: str
    uri: str


async def begin(work: Work, caller: Caller, sealer: Sealer) -> NewAuthenticator:
    """A new secret, in place of one that was not confirmed; raises a conflict when one counts already."""
    await fresh_session(work, caller)
    secret = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    if not await factors.begin_authenticator(work, caller.person, secret, sealer):
        raise Refusal(AUTHENTICATOR_SET, "Remove the one that is set, then add the new one.")
    await audit.append(work, audit.Entry.done(caller, caller.person, "", what="totp-begun"))
    phone = await persons.phone_of(work, caller.person, sealer)
    # The last four digits tell one account in an app from another.
    return NewAuthenticator(secret, otpauth_uri(secret, _ISSUER, phone[-4:]))


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Confirms an authenticator; guesses are paced, and the count outlives a refusal."""

    doorway: Doorway
    sealer: Sealer

    async def handle(self, caller: Caller, code: str) -> list[str]:
        """Ten recovery codes, shown this once; raises Refusal for a wrong code, or says how long to wait."""
        made: list[str] | None = None
        async with self.doorway.work() as work:
            session = await fresh_session(work, caller)
            guess = Guess(AUTHENTICATOR, f"new:{caller.person}", "", session.device_id)
            wait = await wait_for(work, guess, self.sealer)
            if not wait and await self._right(work, caller, code):
                await heard_right(work, guess, self.sealer)
                made = await new_recovery_codes(work, caller, self.sealer)
                await note_change(work, caller, "totp-added")
        if wait:
            raise too_many_tries(wait)
        if made is None:
            raise Refusal(CODE_WRONG, "Begin, scan the code, and send the six digits that the app shows now.")
        return made

    async def _right(self, work: Work, caller: Caller, code: str) -> bool:
        kept = await factors.find_authenticator(work, caller.person, self.sealer)
        if kept is None or kept.confirmed_at is not None:
            return False
        step = matching_step(kept.secret, code, work.now.timestamp(), after=kept.last_step)
        if step is None:
            return False
        await factors.use_step(work, caller.person, step)
        return True
