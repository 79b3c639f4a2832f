"""Signs in with a passkey alone: it names its person itself, and counts as two factors."""

from dataclasses import dataclass

from sangathan_chassis.refusal import Refusal
from sangathan_identity.commands.answer_by_passkey import answered
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.recognise_device import ShownDevice, recognise
from sangathan_identity.commands.signed_in import Admitted, SignedIn, admit, answer, refuse
from sangathan_identity.domain.assurance import PASSKEY
from sangathan_identity.domain.persons import NOBODY
from sangathan_identity.domain.ports import Ceremonies, Tokens
from sangathan_identity.domain.refusals import SIGN_IN_REFUSED
from sangathan_identity.store import persons

REFUSED = "Ask for new options, and answer them once and within five minutes with a passkey that was added here."


@dataclass(frozen=True, slots=True)
class SignInByPasskey:
    """The authenticator's answer as JSON, and the device."""

    answer: str
    device: ShownDevice


@dataclass(frozen=True, slots=True)
class Handler:
    """What the command works with."""

    doorway: Doorway
    ceremonies: Ceremonies
    tokens: Tokens

    async def handle(self, command: SignInByPasskey) -> SignedIn:
        """The session's tokens; raises the one refusal there is for whatever is wrong."""
        admitted: Admitted | None = None
        async with self.doorway.work() as work:
            passkey = await answered(work, command.answer, self.ceremonies)
            person = await persons.find_person(work, passkey.person_id if passkey else NOBODY, lock=True)
            if person and person.suspended_at is None:
                device = await recognise(work, person, command.device)
                admitted = await admit(work, person, method=PASSKEY, device=device)
            else:
                await refuse(work, person, b"", "suspended" if person else "passkey")
            now = work.now
        if admitted is None:
            raise Refusal(SIGN_IN_REFUSED, REFUSED, headers={"www-authenticate": "Bearer"})
        return await answer(admitted, self.tokens, now)
