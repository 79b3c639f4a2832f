"""Workshops' events, as far as somebody is to be told."""

from typing import Final

from sangathan_chassis.consumer import Consumer
from sangathan_chassis.database import Work
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.workshops import AttendanceRecorded, InvitationIssued
from sangathan_hierarchy.replica import decode
from sangathan_notify.commands import deliver_message
from sangathan_notify.domain.messages import of_attendance, of_invitation

NAME: Final = "notify-workshops"
STREAM: Final = "EV_WORKSHOPS"


async def on_invitation_issued(work: Work, envelope: Envelope) -> None:
    """Tells the invitee where and when."""
    await deliver_message.handle(work, of_invitation(decode(envelope, InvitationIssued)))


async def on_attendance_recorded(work: Work, envelope: Envelope) -> None:
    """Thanks who came."""
    await deliver_message.handle(work, of_attendance(decode(envelope, AttendanceRecorded)))


def workshops_consumer() -> Consumer:
    """The consumer of invitations and attendance."""
    handlers = {InvitationIssued.type: on_invitation_issued, AttendanceRecorded.type: on_attendance_recorded}
    return Consumer(NAME, STREAM, handlers)
