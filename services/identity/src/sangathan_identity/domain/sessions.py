"""How long a sign-in lasts, and what a refresh token is worth at this moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

ACCESS_LIFETIME: Final = timedelta(minutes=10)
REFRESH_LIFETIME: Final = timedelta(days=30)
# Weak networks lose replies: who asks again with the same token within this time gets the same successor.
REFRESH_GRACE: Final = timedelta(seconds=30)
# A token this long after its session's end cannot be alive; replicas need not hear of older ends.
ENDS_REMEMBERED: Final = timedelta(hours=1)


class Worth(Enum):
    """What to do with a refresh token that was shown."""

    NOTHING = auto()
    ROTATE = auto()
    REPEAT = auto()
    THEFT = auto()


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A refresh token of ours, with what matters about its session and person."""

    expires_at: datetime
    used_at: datetime | None
    session_ended: bool
    person_suspended: bool

    def worth(self, now: datetime) -> Worth:
        """One use rotates it, another within the grace repeats the successor, a later one is taken for theft."""
        if self.session_ended or self.person_suspended:
            return Worth.NOTHING
        if self.used_at is not None:
            return Worth.REPEAT if now - self.used_at <= REFRESH_GRACE else Worth.THEFT
        return Worth.ROTATE if now < self.expires_at else Worth.NOTHING
