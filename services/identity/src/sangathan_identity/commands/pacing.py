"""Hears a guess or says how long to wait: each is counted before it is looked at, so that none slip by together."""

import math
from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_identity.domain.refusals import TOO_MANY_TRIES
from sangathan_identity.domain.throttles import FROM_ANYWHERE, FROM_ONE_PLACE, after_a_guess
from sangathan_identity.store import throttles

_ANYWHERE = "anywhere"


@dataclass(frozen=True, slots=True)
class Guess:
    """What is guessed at (``password``), whose (a phone's index, a person), and from which device or address."""

    what: str
    whose: str
    address: str
    device_id: UUID | None = None

    def keys(self, sealer: Sealer) -> tuple[bytes, bytes | None]:
        """The throttle of the place, and for an unknown device the one of all places together."""
        place = f"device:{self.device_id}" if self.device_id else f"address:{self.address}"
        here = throttles.throttle_key(sealer, self.what, self.whose, place)
        return here, None if self.device_id else throttles.throttle_key(sealer, self.what, self.whose, _ANYWHERE)


async def wait_for(work: Work, guess: Guess, sealer: Sealer) -> int:
    """Seconds to wait; 0 when the guess is heard, and then it counts as wrong until `heard_right` says otherwise."""
    here, anywhere = guess.keys(sealer)
    all_told = await throttles.locked_throttle(work, anywhere) if anywhere else None
    before = await throttles.locked_throttle(work, here)
    waits = [throttle.wait(work.now) for throttle in (all_told, before) if throttle]
    if any(waits):
        return math.ceil(max(waits).total_seconds())
    await throttles.save_throttle(work, here, after_a_guess(before, work.now, FROM_ONE_PLACE))
    if anywhere:
        await throttles.save_throttle(work, anywhere, after_a_guess(all_told, work.now, FROM_ANYWHERE))
    return 0


async def heard_right(work: Work, guess: Guess, sealer: Sealer) -> None:
    """A right guess opens its own place again; what others guessed from elsewhere stays counted."""
    here, _anywhere = guess.keys(sealer)
    await throttles.forget_throttle(work, here)


def too_many_tries(wait: int) -> Refusal:
    """The refusal, with the seconds to wait."""
    return Refusal(
        TOO_MANY_TRIES,
        "Wait as long as Retry-After says; a device on which you have signed in before, or a one-time code, goes on.",
        headers={"retry-after": str(wait)},
    )
