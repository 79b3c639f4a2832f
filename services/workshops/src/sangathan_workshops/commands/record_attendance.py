"""An officer checks an invitee in at the door: never refused, whatever the answer was."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sangathan_chassis.audit import Entry, append
from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Pointer, Refusal
from sangathan_contracts.workshops import AttendanceRecorded
from sangathan_workshops.domain.invitation import Invitation, sighting
from sangathan_workshops.domain.refusals import INVITATION_NOT_FOUND
from sangathan_workshops.store.invitations import Sighting, find_workshop, lock_invitation, write_attendance


@dataclass(frozen=True, slots=True)
class RecordAttendance:
    """Somebody invited was seen at a workshop; ``seen_at`` None means now."""

    workshop_id: UUID
    invitation_id: UUID
    seen_at: datetime | None
    caller: Caller


@dataclass(frozen=True, slots=True)
class Recorded:
    """The attendance as it was written."""

    attendance_id: UUID
    invitation_id: UUID
    workshop_id: UUID
    seen_at: datetime
    duplicate: bool


async def handle(work: Work, command: RecordAttendance) -> Recorded:
    """Keeps the sighting; the first to arrive counts and is announced, later ones are kept as duplicates."""
    if await find_workshop(work.raw, work.scope, command.workshop_id) is None:
        raise Refusal(NOT_FOUND)
    seen_at = sighting(command.seen_at, work.now)
    invitation = await lock_invitation(work, command.invitation_id)
    if invitation is None or invitation.workshop_id != command.workshop_id:
        fault = Pointer("/invitation_id", "takes an invitation to this workshop of somebody at or below your unit")
        raise Refusal(INVITATION_NOT_FOUND, errors=[fault])
    duplicate = invitation.attended_at is not None
    attendance_id = await write_attendance(work, invitation, Sighting(seen_at, command.caller.person, duplicate))
    await append(work, Entry.done(command.caller, invitation.person_id, invitation.path, duplicate=duplicate))
    if not duplicate:
        work.publish(_recorded(invitation, seen_at), path=invitation.path)
    return Recorded(attendance_id, invitation.id, invitation.workshop_id, seen_at, duplicate)


def _recorded(invitation: Invitation, seen_at: datetime) -> AttendanceRecorded:
    return AttendanceRecorded(
        invitation_id=invitation.id,
        workshop_id=invitation.workshop_id,
        person_id=invitation.person_id,
        seen_at=seen_at,
    )
