"""Takes a new password: long enough, not one that is guessed early, and hashed outside of any transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sangathan_chassis.refusal import Pointer, Refusal
from sangathan_identity.domain.passwords import SHORTEST, mentions, too_short
from sangathan_identity.domain.ports import Passwords
from sangathan_identity.domain.refusals import PASSWORD_WEAK

_PLACE: Final = "/new_password"
_ADVICE: Final = "Take four words that do not belong together; neither a name nor a pattern of keys is one of them."


@dataclass(frozen=True, slots=True)
class NewPasswords:
    """Judges new passwords and hashes them."""

    passwords: Passwords
    guessable: Callable[[str], bool]

    def check(self, password: str) -> None:
        """Raises Refusal for one that is too short or too easily guessed."""
        if too_short(password):
            raise _weak(f"takes at least {SHORTEST} characters")
        if self.guessable(password):
            raise _weak("takes one that is on no list of common or breached passwords")

    def check_against(self, password: str, phone: str) -> None:
        """Raises Refusal for one with the own phone number in it."""
        if mentions(password, phone):
            raise _weak("takes one without the own phone number")

    async def hashed(self, password: str) -> str:
        """The hash to keep; raises Refusal when too many wait."""
        return await self.passwords.hashed(password)


def _weak(accepted: str) -> Refusal:
    return Refusal(PASSWORD_WEAK, _ADVICE, errors=[Pointer(_PLACE, accepted)])
