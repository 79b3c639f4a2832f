"""Sets a new password by a one-time code that went to the phone; every sign-in ends, and the person is told."""

from dataclasses import dataclass

from sangathan_chassis.refusal import Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_identity.commands.choose_password import NewPasswords
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.end_other_sessions import end_sessions
from sangathan_identity.commands.guess_code import CodeGuess, guess_code
from sangathan_identity.commands.own_session import announce_change
from sangathan_identity.domain.codes import Purpose
from sangathan_identity.domain.persons import NOBODY
from sangathan_identity.domain.refusals import SIGN_IN_REFUSED
from sangathan_identity.store import audit, persons

REFUSED = "Check the newest code; a code for a reset serves once, for five minutes and five tries, with its challenge."


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """The guess at the code, and the new password."""

    guess: CodeGuess
    new: str


@dataclass(frozen=True, slots=True)
class Handler:
    """What the command works with."""

    doorway: Doorway
    sealer: Sealer
    choice: NewPasswords

    async def handle(self, command: ResetPassword) -> None:
        """Sets it; raises the one refusal there is for whatever is wrong with the code.

        The password is judged and hashed first, so that a weak one uses up no code, and a wrong code takes as long as a
        right one. It signs nobody in: a second factor that was set stays as needed as before.
        """
        self.choice.check(command.new)
        password_hash = await self.choice.hashed(command.new)
        async with self.doorway.work() as work:
            index, right = await guess_code(work, command.guess, Purpose.PASSWORD_RESET, self.sealer)
            known = await persons.find_by_phone(work, index)
            person = await persons.find_person(work, known.id if known else NOBODY, lock=True)
            done = right and person is not None and person.suspended_at is None
            if person is not None and done:
                self.choice.check_against(command.new, await persons.phone_of(work, person.id, self.sealer))
                await persons.save_password(work, person.id, password_hash)
                await end_sessions(work, person.id, "password reset")
                announce_change(work, person.id, "password-reset")
            outcome = "done" if done else "refused"
            await audit.append(work, audit.Entry("password.reset", outcome, person.id if person else None))
        if not done:
            raise Refusal(SIGN_IN_REFUSED, REFUSED, headers={"www-authenticate": "Bearer"})
