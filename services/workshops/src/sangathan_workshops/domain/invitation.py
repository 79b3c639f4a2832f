"""An invitation's life: invited, then accepted or declined as often as the mind changes, then attended."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_workshops.domain.plan import UnitId
from sangathan_workshops.domain.refusals import ALREADY_ATTENDED

WorkshopId = NewType("WorkshopId", UUID)
InvitationId = NewType("InvitationId", UUID)
PersonId = NewType("PersonId", UUID)

EARLIEST_SIGHT: Final = datetime(2000, 1, 1, tzinfo=UTC)
CLOCK_OFF_BY: Final = timedelta(minutes=10)


class Answer(StrEnum):
    """What an invitee says."""

    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as it stands."""

    id: InvitationId
    workshop_id: WorkshopId
    round_id: UUID
    unit_id: UnitId
    path: str
    person_id: PersonId
    answer: Answer | None
    attended_at: datetime | None
    version: int

    def changes_to(self, answer: Answer) -> bool:
        """Whether this answer is news; raises Refusal once the invitee has attended."""
        if answer == self.answer:
            return False
        if self.attended_at is not None:
            raise Refusal(ALREADY_ATTENDED, "The answer stands as it was at the door.")
        return True


def sighting(seen_at: datetime | None, now: datetime) -> datetime:
    """When the invitee was seen: as told, else now; raises Refusal for a moment in the future or long before."""
    if seen_at is None:
        return now
    if not EARLIEST_SIGHT <= seen_at <= now + CLOCK_OFF_BY:
        fault = Pointer("/seen_at", "takes a moment from the year 2000 up to now")
        raise Refusal(INVALID_INPUT, "Somebody cannot be seen in the future.", errors=[fault])
    return seen_at.astimezone(UTC)
