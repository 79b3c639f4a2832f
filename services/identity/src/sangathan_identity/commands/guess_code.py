"""Compares a guess with the one-time code behind a challenge: five guesses, one use, one purpose."""

import hmac
from dataclasses import dataclass

from sangathan_chassis.database import Work
from sangathan_chassis.sealing import Sealer
from sangathan_identity.domain.codes import Purpose
from sangathan_identity.store import codes

NO_PHONE = b""


@dataclass(frozen=True, slots=True)
class CodeGuess:
    """The challenge that came with asking for a code, and the digits."""

    challenge: str
    code: str


async def guess_code(work: Work, guess: CodeGuess, purpose: Purpose, sealer: Sealer) -> tuple[bytes, bool]:
    """The number's blind index and whether the guess is right; it is counted, and the count outlives a refusal."""
    kept = await codes.asked_code(work, guess.challenge, purpose)
    if kept is None:
        return NO_PHONE, False
    if not kept.state.open_to_a_try(work.now):
        return kept.phone_index, False
    right = hmac.compare_digest(kept.code_hash, codes.code_hash(kept.id, guess.code, sealer))
    await codes.note_try(work, kept, right=right)
    return kept.phone_index, right
