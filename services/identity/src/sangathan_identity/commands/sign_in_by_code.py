"""Signs in with a one-time code."""

from dataclasses import dataclass

from sangathan_chassis.refusal import Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.guess_code import CodeGuess, guess_code
from sangathan_identity.commands.recognise_device import ShownDevice, recognise
from sangathan_identity.commands.signed_in import Admitted, SignedIn, admit, answer, refuse
from sangathan_identity.domain.assurance import TEXT_MESSAGE
from sangathan_identity.domain.codes import Purpose
from sangathan_identity.domain.persons import NOBODY
from sangathan_identity.domain.ports import Tokens
from sangathan_identity.domain.refusals import SIGN_IN_REFUSED
from sangathan_identity.store import persons

REFUSED = "Check the newest code; a code serves once, for five minutes and five tries, with the challenge it came with."


@dataclass(frozen=True, slots=True)
class SignInByCode:
    """The guess, and the device."""

    guess: CodeGuess
    device: ShownDevice


@dataclass(frozen=True, slots=True)
class Handler:
    """What the command works with."""

    doorway: Doorway
    sealer: Sealer
    tokens: Tokens

    async def handle(self, command: SignInByCode) -> SignedIn:
        """The session's tokens; raises the one refusal there is for whatever is wrong."""
        admitted: Admitted | None = None
        async with self.doorway.work() as work:
            index, right = await guess_code(work, command.guess, Purpose.SIGN_IN, self.sealer)
            known = await persons.find_by_phone(work, index)
            person = await persons.find_person(work, known.id if known else NOBODY, lock=True)
            if right and person and person.suspended_at is None:
                device = await recognise(work, person, command.device)
                admitted = await admit(work, person, method=TEXT_MESSAGE, device=device)
            else:
                reason = "suspended" if person and person.suspended_at else "code"
                await refuse(work, person, index, reason)
            now = work.now
        if admitted is None:
            raise Refusal(SIGN_IN_REFUSED, REFUSED, headers={"www-authenticate": "Bearer"})
        return await answer(admitted, self.tokens, now)
