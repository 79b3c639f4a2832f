"""Signs in with a device that was enrolled ahead: it signs a short assertion with its own key, and no code is sent."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.refusal import Refusal
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.recognise_device import Recognised
from sangathan_identity.commands.signed_in import Admitted, SignedIn, admit, answer, refuse
from sangathan_identity.domain.assurance import DEVICE_KEY
from sangathan_identity.domain.enrolments import read_assertion
from sangathan_identity.domain.persons import NOBODY
from sangathan_identity.domain.ports import DeviceKeys, KeyRefused, Tokens
from sangathan_identity.domain.refusals import SIGN_IN_REFUSED
from sangathan_identity.store import devices, enrolments, persons
from sangathan_identity.store.devices import Device

REFUSED = "Sign a new assertion of five minutes at most with the enrolled key, and look at the device's clock."


@dataclass(frozen=True, slots=True)
class SignInByDevice:
    """The compact JWS that the device has signed."""

    assertion: str


@dataclass(frozen=True, slots=True)
class Handler:
    """What the command works with."""

    doorway: Doorway
    keys: DeviceKeys
    tokens: Tokens

    async def handle(self, command: SignInByDevice) -> SignedIn:
        """The session's tokens; raises the one refusal there is for whatever is wrong."""
        admitted: Admitted | None = None
        async with self.doorway.work() as work:
            device = await self._genuine(work, command.assertion)
            person = await persons.find_person(work, device.person_id if device else NOBODY, lock=True)
            if device and person and person.suspended_at is None:
                await devices.touch_device(work, device.id)
                known = Recognised(device.id, device.name)
                admitted = await admit(work, person, method=DEVICE_KEY, device=known)
            else:
                await refuse(work, person, b"", "suspended" if person else "device")
            now = work.now
        if admitted is None:
            raise Refusal(SIGN_IN_REFUSED, REFUSED, headers={"www-authenticate": "Bearer"})
        return await answer(admitted, self.tokens, now)

    async def _genuine(self, work: Work, assertion: str) -> Device | None:
        """The device whose key has signed this assertion, which is good now and was not shown before."""
        try:
            device = await devices.find_device(work, self._named(assertion))
            alive = device is not None and device.ended_at is None
            claims = self.keys.signed(assertion, device.public_key if device and alive else None)
        except KeyRefused:
            return None
        shown = read_assertion(claims, device.id, work.now) if device else None
        if device is None or shown is None or not await enrolments.show_once(work, device.id, shown):
            return None
        return device

    def _named(self, assertion: str) -> UUID:
        return self.keys.named(assertion)
