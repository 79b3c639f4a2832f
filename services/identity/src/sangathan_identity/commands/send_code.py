"""Sends a one-time code; number known, unknown or suspended, the answer and the work are the same."""

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sangathan_chassis.database import Work
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.recognise_device import ShownDevice, known_device
from sangathan_identity.domain.codes import CODE_DIGITS, Purpose, affordable, wait_for_code, wait_for_place
from sangathan_identity.domain.persons import NOBODY, Person
from sangathan_identity.domain.ports import CodeMessage
from sangathan_identity.domain.refusals import CODE_ASKED_TOO_OFTEN, CODES_PAUSED
from sangathan_identity.store import audit, codes, persons
from sangathan_identity.store.codes import NewCode

Post = Callable[[CodeMessage], None]


@dataclass(frozen=True, slots=True)
class SendCode:
    """Phone in E.164, what the code is to be good for, the device, and the language of the message."""

    phone: str
    purpose: Purpose
    device: ShownDevice
    hindi: bool = True


@dataclass(frozen=True, slots=True)
class CodeLimits:
    """What one address may ask for in an hour, what a message costs, and what may be spent in a day (0: no limit)."""

    per_address: int
    price: int
    budget: int


@dataclass(frozen=True, slots=True)
class Handler:
    """What the command works with; ``post`` hands a message to the sender without waiting for it."""

    doorway: Doorway
    sealer: Sealer
    post: Post
    limits: CodeLimits

    async def handle(self, command: SendCode) -> str:
        """The challenge to send back with the code; raises Refusal with the seconds to wait."""
        index = self.sealer.index(command.phone, place=persons.PHONE_PLACE)
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        challenge = "sgc_" + secrets.token_urlsafe(24)
        async with self.doorway.work() as work:
            person = await persons.find_by_phone(work, index)
            new = await self._new(work, command, person, (code, challenge, index))
            refusal = await self._limited(work, new)
            sends = refusal is None and person is not None and person.suspended_at is None
            if refusal is None:
                await codes.insert_code(work, new, self.sealer)
                await codes.note_spending(work, self.limits.price if sends else 0)
            await _note(work, person, index, sends=sends)
        if refusal is not None:
            raise refusal
        if sends:
            self.post(CodeMessage(command.phone, code, command.purpose, command.hindi))
        return challenge

    async def _new(
        self, work: Work, command: SendCode, person: Person | None, fresh: tuple[str, str, bytes]
    ) -> NewCode:
        code, challenge, index = fresh
        device_id = await known_device(work, person.id if person else NOBODY, command.device)
        place = codes.place_index(f"{device_id or command.device.address}", self.sealer)
        return NewCode(code, challenge, command.purpose, index, place, device_id is not None)

    async def _limited(self, work: Work, new: NewCode) -> Refusal | None:
        asked = await codes.asked_lately(work, new.phone_index, new.place_index)
        wait = wait_for_code(asked, work.now, known_device=new.known_device)
        most = self.limits.per_address
        if not new.known_device:
            from_here = await codes.asked_from(work, new.place_index, most)
            wait = max(wait, wait_for_place(from_here, most, work.now))
        if wait > timedelta(0):
            return _refusal(wait)
        spent = await codes.spent_today(work)
        if not affordable(spent, self.limits.price, self.limits.budget, known_device=new.known_device):
            detail = "Sign in with your password, a passkey or an enrolled device; codes go out again within the hour."
            return Refusal(CODES_PAUSED, detail, headers={"retry-after": "600"})
        return None


def _refusal(wait: timedelta) -> Refusal:
    seconds = math.ceil(wait.total_seconds())
    detail = "Use the code that was sent, or ask again after as many seconds as Retry-After says."
    return Refusal(CODE_ASKED_TOO_OFTEN, detail, headers={"retry-after": str(seconds)})


async def _note(work: Work, person: Person | None, index: bytes, *, sends: bool) -> None:
    detail = {} if person else {"phone_index": index.hex()}
    outcome = "done" if sends else "refused"
    await audit.append(work, audit.Entry("session.code", outcome, person.id if person else None, detail=detail))
