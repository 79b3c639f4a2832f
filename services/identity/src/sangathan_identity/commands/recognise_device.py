"""Knows a device again by the secret it was given, or gives one to a device that is new, and says so to its person."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_contracts.identity import DeviceAdded
from sangathan_identity.domain.persons import Person
from sangathan_identity.store import devices
from sangathan_identity.store.devices import Device


@dataclass(frozen=True, slots=True)
class ShownDevice:
    """What a device calls itself, the secret it was given at an earlier sign-in, and the address it asks from."""

    name: str = ""
    secret: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Recognised:
    """The device; ``secret`` only when it has just been given."""

    id: UUID
    name: str
    secret: str | None = None


async def known_device(work: Work, person_id: UUID, shown: ShownDevice) -> UUID | None:
    """The id of a device on which this person has signed in before; nobody's id costs the same look."""
    device = await devices.find_by_secret(work, shown.secret)
    return device.id if device and device.known_to(person_id) else None


async def recognise(work: Work, person: Person, shown: ShownDevice) -> Recognised:
    """The device on record; a new one beside others is announced, so that its person hears of it."""
    known = await known_device(work, person.id, shown)
    if known is not None:
        await devices.touch_device(work, known)
        return Recognised(known, shown.name)
    secret = "sgd_" + secrets.token_urlsafe(32)
    device = Device(uuid7(), person.id, shown.name, None, None)
    await add_device(work, device, secret=secret)
    return Recognised(device.id, device.name, secret)


async def add_device(work: Work, device: Device, *, secret: str | None) -> None:
    """Adds a device; whoever had one before is told."""
    had_one = await devices.has_devices(work, device.person_id)
    await devices.insert_device(work, device, secret=secret)
    if had_one:
        event = DeviceAdded(device_id=device.id, person_id=device.person_id, name=device.name, added_at=work.now)
        work.publish(event, path="")
