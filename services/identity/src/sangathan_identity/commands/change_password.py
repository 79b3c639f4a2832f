"""Changes the caller's password, which ends every other sign-in; who has none yet sets one from a fresh sign-in."""

from dataclasses import dataclass

from sangathan_chassis.caller import Caller
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_identity.commands.choose_password import NewPasswords
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.end_other_sessions import end_sessions
from sangathan_identity.commands.own_session import fresh_session, note_change
from sangathan_identity.commands.pacing import Guess, heard_right, too_many_tries, wait_for
from sangathan_identity.domain.assurance import PASSWORD
from sangathan_identity.domain.ports import Passwords
from sangathan_identity.domain.refusals import PASSWORD_WRONG
from sangathan_identity.store import audit, persons


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """The password so far, empty where there is none yet, and the new one."""

    current: str
    new: str
    address: str


@dataclass(frozen=True, slots=True)
class Handler:
    """What the command works with."""

    doorway: Doorway
    sealer: Sealer
    passwords: Passwords
    choice: NewPasswords

    async def handle(self, caller: Caller, command: ChangePassword) -> int:
        """How many other sign-ins were ended; raises Refusal for a weak new password or a wrong current one."""
        self.choice.check(command.new)
        guess, kept = await self._hear(caller, command)
        right = kept is None or await self.passwords.genuine(command.current, kept)
        if not right:
            await self._refused(caller)
            raise Refusal(PASSWORD_WRONG, "Give the password that you have now.")
        password_hash = await self.choice.hashed(command.new)
        async with self.doorway.work() as work:
            session = await fresh_session(work, caller)
            await heard_right(work, guess, self.sealer)
            await persons.save_password(work, caller.person, password_hash)
            ended = await end_sessions(work, caller.person, "password changed", but=session.id)
            await note_change(work, caller, "password-changed")
        return ended

    async def _hear(self, caller: Caller, command: ChangePassword) -> tuple[Guess, str | None]:
        async with self.doorway.work() as work:
            session = await fresh_session(work, caller)
            self.choice.check_against(command.new, await persons.phone_of(work, caller.person, self.sealer))
            person = await persons.find_person(work, caller.person)
            index = await persons.phone_index(work, caller.person)
            guess = Guess(PASSWORD, index.hex(), command.address, session.device_id)
            wait = await wait_for(work, guess, self.sealer)
        if wait:
            raise too_many_tries(wait)
        return guess, person.password_hash if person else None

    async def _refused(self, caller: Caller) -> None:
        async with self.doorway.work() as work:
            entry = audit.Entry(
                caller.action, "refused", caller.person, caller.session_id, detail={"reason": "password"}
            )
            await audit.append(work, entry)
