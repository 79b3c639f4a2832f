"""Enrolling a device ahead, and what a device that was enrolled says of itself when it signs in.

A drive opens with twenty thousand phones at once and perhaps no text messages. A code that was given out beforehand
ties a phone's own key to one person; from then on the phone signs in by a short signed assertion (after RFC 7523).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

CODE_LETTERS: Final = 20
LONGEST_VALID: Final = timedelta(days=30)
MOST_OPEN: Final = 5
AUDIENCE: Final = "sangathan"
QR_PREFIX: Final = "sangathan-enrol:"
# Phones' clocks: two minutes off in either direction is taken.
LEEWAY: Final = timedelta(minutes=2)
LONGEST_ASSERTION: Final = timedelta(minutes=5)
_SHORTEST_JTI: Final = 16
_LONGEST_JTI: Final = 100


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A code that was given out for the holder of an appointment, and what has become of it."""

    id: UUID
    appointment_id: UUID
    person_id: UUID
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    device_id: UUID | None = None
    withdrawn_at: datetime | None = None

    def open_at(self, now: datetime) -> bool:
        """Whether a device may still be enrolled with it."""
        return self.used_at is None and self.withdrawn_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Shown:
    """An assertion that is good: its one-time name, and until when it must not be taken again."""

    jti: str
    until: datetime


def read_assertion(claims: Mapping[str, Any], device_id: UUID, now: datetime) -> Shown | None:
    """What a device's signed claims are worth: its own, for us, of five minutes at most, at this time, with a name."""
    own = claims.get("iss") == claims.get("sub") == str(device_id)
    jti, iat, exp = claims.get("jti"), claims.get("iat"), claims.get("exp")
    if not own or not _for_us(claims.get("aud")) or not isinstance(jti, str):
        return None
    if not _SHORTEST_JTI <= len(jti) <= _LONGEST_JTI or not isinstance(iat, int) or not isinstance(exp, int):
        return None
    moment, leeway = now.timestamp(), LEEWAY.total_seconds()
    in_time = iat - leeway <= moment < exp + leeway
    if not in_time or not 0 < exp - iat <= LONGEST_ASSERTION.total_seconds():
        return None
    return Shown(jti, now + LONGEST_ASSERTION + 2 * LEEWAY)


def _for_us(audience: object) -> bool:
    return audience in (AUDIENCE, [AUDIENCE])
