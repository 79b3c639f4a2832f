"""Signs in with phone and password: the same work and the same answer for a number that nobody has."""

from dataclasses import dataclass

from sangathan_chassis.refusal import Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.pacing import Guess, heard_right, too_many_tries, wait_for
from sangathan_identity.commands.recognise_device import ShownDevice, known_device, recognise
from sangathan_identity.commands.signed_in import Admitted, SignedIn, admit, answer, refuse
from sangathan_identity.domain.assurance import PASSWORD
from sangathan_identity.domain.persons import NOBODY, Person
from sangathan_identity.domain.ports import Passwords, Tokens
from sangathan_identity.domain.refusals import SIGN_IN_REFUSED
from sangathan_identity.store import persons

REFUSED = "Check the phone number and the password."


@dataclass(frozen=True, slots=True)
class SignInByPassword:
    """Phone in E.164, the password as typed, and the device."""

    phone: str
    password: str
    device: ShownDevice


@dataclass(frozen=True, slots=True)
class Handler:
    """What the command works with."""

    doorway: Doorway
    sealer: Sealer
    passwords: Passwords
    tokens: Tokens

    async def handle(self, command: SignInByPassword) -> SignedIn:
        """The session's tokens; raises the one refusal there is for whatever is wrong, or says how long to wait."""
        index = self.sealer.index(command.phone, place=persons.PHONE_PLACE)
        known, guess = await self._hear(command, index)
        genuine = await self.passwords.genuine(command.password, known.password_hash if known else None)
        admitted: Admitted | None = None
        async with self.doorway.work() as work:
            person = await persons.find_person(work, known.id if known else NOBODY, lock=True)
            if person and genuine and person.suspended_at is None:
                await heard_right(work, guess, self.sealer)
                device = await recognise(work, person, command.device)
                admitted = await admit(work, person, method=PASSWORD, device=device)
            else:
                reason = "suspended" if person and person.suspended_at else "password"
                await refuse(work, person, index, reason)
            now = work.now
        if admitted is None:
            raise Refusal(SIGN_IN_REFUSED, REFUSED, headers={"www-authenticate": "Bearer"})
        return await answer(admitted, self.tokens, now)

    async def _hear(self, command: SignInByPassword, index: bytes) -> tuple[Person | None, Guess]:
        """Counts the guess before the password is hashed: whoever has to wait costs no hashing."""
        async with self.doorway.work() as work:
            known = await persons.find_by_phone(work, index)
            device_id = await known_device(work, known.id if known else NOBODY, command.device)
            guess = Guess(PASSWORD, index.hex(), command.device.address, device_id)
            wait = await wait_for(work, guess, self.sealer)
            if wait:
                await refuse(work, known, index, "too many tries")
        if wait:
            raise too_many_tries(wait)
        return known, guess
