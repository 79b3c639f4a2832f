"""Enrols a device: the code that was given out, once, ties the device's own key to the appointment's holder."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.own_session import announce_change
from sangathan_identity.commands.recognise_device import add_device
from sangathan_identity.domain.ports import DeviceKeys, KeyRefused
from sangathan_identity.domain.refusals import ENROLMENT_REFUSED
from sangathan_identity.store import audit, enrolments, persons
from sangathan_identity.store.devices import Device

REFUSED = (
    "Ask whoever gave the code out for a new one; a code enrols one device, once, until it lapses or is withdrawn."
)


@dataclass(frozen=True, slots=True)
class EnrolDevice:
    """The code as typed or scanned, the device's public key (JWK), and what it calls itself."""

    code: str
    public_key: Mapping[str, Any]
    name: str


@dataclass(frozen=True, slots=True)
class Handler:
    """What the command works with."""

    doorway: Doorway
    sealer: Sealer
    keys: DeviceKeys

    async def handle(self, command: EnrolDevice) -> UUID:
        """The device's id; raises the one refusal there is for whatever is wrong with the code."""
        try:
            public_key = self.keys.taken(command.public_key)
        except KeyRefused as error:
            raise Refusal(INVALID_INPUT, errors=[Pointer("/public_key", str(error))]) from None
        async with self.doorway.work() as work:
            device_id = await self._enrol(work, command, public_key)
            if device_id is None:
                await audit.append(work, audit.Entry("device.add", "refused", detail={"reason": "code"}))
        if device_id is None:
            raise Refusal(ENROLMENT_REFUSED, REFUSED)
        return device_id

    async def _enrol(self, work: Work, command: EnrolDevice, public_key: str) -> UUID | None:
        enrolment = await enrolments.find_by_code(work, command.code, self.sealer)
        if enrolment is None or not enrolment.open_at(work.now):
            return None
        person = await persons.find_person(work, enrolment.person_id, lock=True)
        holds = await enrolments.holds_what_it_was_for(work, enrolment)
        if person is None or person.suspended_at is not None or not holds:
            return None
        device = Device(uuid7(), person.id, command.name, public_key, None)
        await add_device(work, device, secret=None)
        await enrolments.use_enrolment(work, enrolment.id, device.id)
        announce_change(work, person.id, "device-enrolled")
        detail = {"enrolment": str(enrolment.id)}
        await audit.append(work, audit.Entry("device.add", "done", person.id, subject_id=device.id, detail=detail))
        return device.id
