"""Identity's devices and credentials: whoever they belong to hears of every change, in time to object."""

from typing import Final

from sangathan_chassis.consumer import Consumer
from sangathan_chassis.database import Work
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.identity import CredentialChanged, DeviceAdded
from sangathan_hierarchy.replica import decode
from sangathan_notify.commands import deliver_message
from sangathan_notify.domain.messages import of_credential, of_device

NAME: Final = "notify-sign-in"
STREAM: Final = "EV_IDENTITY"


async def on_device_added(work: Work, envelope: Envelope) -> None:
    """Tells the person of the new device."""
    await deliver_message.handle(work, of_device(decode(envelope, DeviceAdded)))


async def on_credential_changed(work: Work, envelope: Envelope) -> None:
    """Tells the person of the change."""
    await deliver_message.handle(work, of_credential(decode(envelope, CredentialChanged)))


def sign_in_consumer() -> Consumer:
    """The consumer of devices and credentials."""
    return Consumer(NAME, STREAM, {DeviceAdded.type: on_device_added, CredentialChanged.type: on_credential_changed})
